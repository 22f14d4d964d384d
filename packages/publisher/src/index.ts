export const name = 'publisher';
