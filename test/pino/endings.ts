/** The ways in which an application logs with pino that ends; see `apps/scenario.cjs`. */
export const MODES = ['worker', 'in-process'] as const;

/** The ways in which it ends, with the exit code of each. */
export const ENDINGS: Readonly<Record<string, number>> = {
  'nothing left to do': 0,
  'process.exit': 0,
  'uncaught exception': 1,
  'unhandled rejection': 1,
  SIGTERM: 143,
  'end()': 0,
};
