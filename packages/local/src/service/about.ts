import type { FaultKind } from '../faults/fault.js';
import type { Input } from '../requests/input.js';

/** The subject of a request; `input` is undefined where its body was not read. */
export interface About {
  readonly input: Input | undefined;
  readonly logGroupName: string | undefined;
  readonly logStreamName: string | undefined;
  readonly faults: readonly FaultKind[];
}
