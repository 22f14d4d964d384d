export const name = 'pino';
