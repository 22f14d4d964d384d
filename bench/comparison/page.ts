import type { Machine } from '../harness/machine.js';
import type { RowResult } from '../harness/results.js';
import { PATIENCE_MS } from './scenarios.js';

/** What a run of the comparison found. */
export interface Comparison {
  readonly machine: Machine;
  readonly transports: readonly {
    readonly id: string;
    readonly packageName: string;
    readonly version: string;
  }[];
  readonly scenarios: readonly {
    readonly id: string;
    readonly title: string;
    readonly about: string;
    /** One for each transport, in their order. */
    readonly cells: readonly string[];
  }[];
}

/**
 * The page of the documentation that shows it.
 * @param memory the row `memory-outage` of the benchmarks
 */
export function comparisonPage({ machine, transports, scenarios }: Comparison, memory: RowResult): string {
  const { date, platform, node } = machine;
  const memoryCells = transports.map(({ id }) => {
    const growth = memory.cases.find((one) => one.id === id)?.medians.rssOverBaseMb;
    return growth === undefined ? 'not measured' : `+${Math.round(growth)} MB`;
  });
  return `# How the transports behave, side by side

Written by \`npm run compare\`, which takes about five minutes: every cell is what a run of that transport left in the local endpoint,
none is typed by hand. Each run is a process of its own with an endpoint of its own, and each transport is at the defaults of its
documentation. Lines are waited for ${PATIENCE_MS / 1000} s; then the process is told to call \`process.exit()\`, and what that still delivers is named.

| | ${transports.map(({ packageName, version }) => `${packageName} ${version}`).join(' | ')} |
|---|${transports.map(() => '---').join('|')}|
${scenarios.map(({ title, cells }) => `| ${title} | ${cells.join(' | ')} |`).join('\n')}
| memory in an outage of 60 s | ${memoryCells.join(' | ')} |

Measured on ${platform}, Node.js ${node}, ${date}.

## What was done

${scenarios.map(({ title, about }) => `- **${title}**: ${about}`).join('\n')}
- **memory in an outage of 60 s**: by how much RSS grew while the endpoint answered nothing and 150 MB were logged; the row \`memory-outage\`
  of [the benchmarks](../bench/results/README.md), measured on ${memory.machine?.date}. At its defaults winston-cloudwatch keeps only the level and
  the text of a line.

## How to read it

- Where AWS ignores tokens, as it does today, nobody can tell whether a put whose answer was lost was stored: it is put again, and may be
  there twice. The transports of this project count that in \`possibleDuplicates\` and name stream and time.
- Where tokens are enforced the transports of this project store each line once, but for [a first put](delivery.md#exactly-once) on a stream that
  was there before.
- A transport that sends no sequence token gets no further than its first put where tokens are enforced. On AWS that does no harm.
- Where winston-aws-cloudwatch cannot deliver it emits \`'error'\`, which winston passes on to the logger: an application that does not
  listen there ends, as that of these runs did.
- The bad event itself cannot be stored by that endpoint, unless it is cut or split: \`maxEventBytes\` of this project does that.
- What is lost is counted and reported by the transports of this project; of the others some call an error handler, and some say nothing.
- How fast each is: [the results of the benchmarks](../bench/results/README.md).
`;
}
