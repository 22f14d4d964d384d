/** The same for everything that pino writes to. Process id and host name would make lengths differ between machines. */
export const pinoOptions = { base: null };
