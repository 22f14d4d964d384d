module.exports = { preset: 'cloudwatch-logs-local', testMatch: ['**/jest/*.test.js'] };
