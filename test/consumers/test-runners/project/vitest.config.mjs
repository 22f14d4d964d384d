export default {
  test: {
    include: ['vitest/*.test.js'],
    globalSetup: 'cloudwatch-logs-local/global-setup',
    setupFiles: 'cloudwatch-logs-local/each-file',
  },
};
