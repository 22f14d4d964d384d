export const name = 'winston';
