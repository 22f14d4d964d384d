export const name = 'local';
