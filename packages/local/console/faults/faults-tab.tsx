import { useSignal } from '@preact/signals';
import { BarChart } from '../parts/bar-chart.tsx';
import { setFaults, stopFor } from '../state/api.ts';
import { lastSeconds } from '../state/connection.ts';
import { attempt, connection, faults, now, requests, show } from '../state/model.ts';
import type { Fault } from '../state/wire.ts';
import { count } from '../text/number.ts';
import { belongsTo, SCENARIOS, type Scenario } from './scenarios.ts';

/** Makes things go wrong, and shows how a client copes. */
export function FaultsTab() {
  return (
    <div class="faults">
      <Coping />
      <div class="cards">
        {SCENARIOS.map((scenario) => (
          <ScenarioCard key={scenario.name} scenario={scenario} />
        ))}
        <Unreachable />
      </div>
      <Active />
    </div>
  );
}

async function change(next: readonly Fault[]): Promise<void> {
  await attempt(async () => {
    faults.value = await setFaults(next);
  });
}

function ScenarioCard({ scenario }: { readonly scenario: Scenario }) {
  const share = useSignal(scenario.share);
  const { faults: set, happened } = faults.value;
  const own = set.filter((fault) => belongsTo(fault, scenario));
  const on = own.length > 0;
  const current = on ? ((own[0]?.probability as number | undefined) ?? 1) : share.value;
  const times = set.reduce(
    (sum, fault, index) => sum + (belongsTo(fault, scenario) ? (happened[index] ?? 0) : 0),
    0,
  );
  const others = set.filter((fault) => !belongsTo(fault, scenario));
  const id = `fault-${scenario.name.replace(/\W/g, '')}`;
  return (
    <section class={`card${on ? ' on' : ''}`} aria-labelledby={id}>
      <header>
        <h2 id={id}>{scenario.name}</h2>
        <button
          type="button"
          class="switch"
          role="switch"
          aria-checked={on}
          aria-label={scenario.name}
          onClick={() => void change(on ? others : [...others, ...scenario.faults(share.value)])}
        >
          <span />
        </button>
      </header>
      <p>{scenario.what}</p>
      <label class="share">
        <input
          type="range"
          min="1"
          max="100"
          value={Math.round(current * 100)}
          aria-label={`Share of requests for ${scenario.name}`}
          onChange={(event) => {
            share.value = Number(event.currentTarget.value) / 100;
            if (on) void change([...others, ...scenario.faults(share.value)]);
          }}
        />
        <span>{Math.round(current * 100)} %</span>
        <span class="grow" />
        {on && <span class="faint">{count(times)} times</span>}
      </label>
    </section>
  );
}

const OUTAGES = [5, 15, 60];

function Unreachable() {
  return (
    <section class="card" aria-labelledby="fault-unreachable">
      <header>
        <h2 id="fault-unreachable">Not reachable</h2>
      </header>
      <p>Connections are cut and refused, this page's too; then everything is back, with all data.</p>
      <div class="buttons">
        {OUTAGES.map((seconds) => (
          <button
            type="button"
            key={seconds}
            disabled={connection.value === 'closed'}
            onClick={() => void attempt(() => stopFor(seconds * 1000), `Gone for ${seconds} seconds`)}
          >
            {seconds} s
          </button>
        ))}
      </div>
    </section>
  );
}

/** Requests of the last two minutes by what became of them. */
function Coping() {
  void requests.value;
  const seconds = lastSeconds(now.value);
  const sum = (kind: 'ok' | 'fault' | 'refused'): string =>
    count(seconds.reduce((total, second) => total + second[kind], 0));
  const text = `In two minutes ${sum('ok')} requests succeeded, ${sum('fault')} failed by a fault, ${sum('refused')} were refused.`;
  return (
    <section class="coping" aria-label="How clients cope">
      <p>
        {text}{' '}
        <button type="button" class="link" onClick={() => show({ tab: 'requests', requests: 'failed' })}>
          Show those that failed
        </button>
      </p>
      <BarChart
        label={text}
        height={120}
        stepMs={1000}
        times={seconds.map(({ second }) => second)}
        series={[
          { name: 'refused', colour: '--l-error', values: seconds.map(({ refused }) => refused) },
          { name: 'fault', colour: '--l-warn', values: seconds.map(({ fault }) => fault) },
          { name: 'ok', colour: '--ok', values: seconds.map(({ ok }) => ok) },
        ]}
      />
    </section>
  );
}

/** The faults as they are, for those that no switch knows, and to write any of the kinds. */
function Active() {
  const { faults: set, happened } = faults.value;
  const text = useSignal<string | undefined>(undefined);
  const shown =
    text.value ??
    JSON.stringify(set, undefined, 1)
      .replace(/\n {2,}/g, ' ')
      .replace(/\n ?\}/g, ' }');
  return (
    <section class="active" aria-labelledby="active-faults">
      <h2 id="active-faults">As JSON</h2>
      <p class="hint">
        {set.length === 0
          ? 'Nothing goes wrong now.'
          : set.map((fault, index) => `${fault.kind} ${count(happened[index] ?? 0)}`).join(', ')}{' '}
        The README lists all kinds and options.
      </p>
      <textarea
        rows={5}
        spellcheck={false}
        aria-label="Faults as JSON"
        value={shown}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={text.value === undefined}
          onClick={() =>
            void attempt(async () => {
              faults.value = await setFaults(JSON.parse(text.value ?? '[]'));
              text.value = undefined;
            }, 'Faults set')
          }
        >
          Apply
        </button>
        <button
          type="button"
          disabled={set.length === 0 && text.value === undefined}
          onClick={() => {
            text.value = undefined;
            void change([]);
          }}
        >
          Clear all
        </button>
      </div>
    </section>
  );
}
