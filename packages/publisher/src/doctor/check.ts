/** The steps on the way of a log event, in the order in which they are looked at. */
export type CheckName =
  | 'options'
  | 'region'
  | 'credentials'
  | 'proxy'
  | 'dns'
  | 'tcp'
  | 'tls'
  | 'clock'
  | 'identity'
  | 'put'
  | 'throughput';

/** One thing that was looked at, and what was found. */
export interface Check {
  /** The step. */
  readonly check: CheckName;
  /** `warn` lets logs arrive; `fail` does not; `skip` was not looked at, and `message` says why. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  /** For people, in one line: what was found, and what to do. Holds no secret. */
  readonly message: string;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** The same for programs. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The finding of a check; its name and its time are added where it is run. */
export type Finding = Omit<Check, 'check' | 'durationMs'>;
