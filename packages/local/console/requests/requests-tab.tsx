import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { Message } from '../parts/message.tsx';
import { now, requests, show, succeeded, view } from '../state/model.ts';
import type { RequestRecord } from '../state/wire.ts';
import { bytes, count } from '../text/number.ts';
import { ago, fullTime, lasted, rowTime } from '../text/time.ts';

const ROW_PX = 26;

/** The requests of clients, newest first, each with the reason for its answer. */
export function RequestsTab() {
  const operation = useSignal('');
  const open = useSignal<number | undefined>(undefined);
  const top = useSignal(0);
  const frame = useRef<HTMLDivElement>(null);
  const only = view.value.requests;
  const all = requests.value;
  const operations = [...new Set(all.map((record) => record.operation))].sort();
  const shown = all
    .filter((record) => only === 'all' || !succeeded(record))
    .filter((record) => operation.value === '' || record.operation === operation.value)
    .reverse();
  const first = Math.max(0, Math.floor(top.value / ROW_PX) - 10);
  const rows = shown.slice(first, first + 80);
  const opened = all.find(({ number }) => number === open.value);
  return (
    <div class="requests">
      <div class="bar">
        <div class="tabs small" role="group" aria-label="Which requests">
          <button type="button" aria-pressed={only === 'all'} onClick={() => show({ requests: 'all' })}>
            All
          </button>
          <button type="button" aria-pressed={only === 'failed'} onClick={() => show({ requests: 'failed' })}>
            Not successful
          </button>
        </div>
        <select
          aria-label="Operation"
          value={operation.value}
          onChange={(event) => (operation.value = event.currentTarget.value)}
        >
          <option value="">Every operation</option>
          {operations.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <span class="hint">{count(shown.length)} of the last 1,000 requests</span>
      </div>
      {shown.length === 0 ? (
        <p class="empty">No requests yet. Each call of CloudWatch Logs shows up here with its outcome.</p>
      ) : (
        <div class="split">
          <div
            class="table-frame"
            ref={frame}
            tabIndex={0}
            role="region"
            aria-label="Requests"
            onScroll={(event) => (top.value = event.currentTarget.scrollTop)}
          >
            <table>
              <thead>
                <tr>
                  <th>Time</th>
                  <th>Operation</th>
                  <th>Outcome</th>
                  <th>Log group and stream</th>
                  <th class="number">Events</th>
                  <th class="number">Sent</th>
                  <th class="number">Took</th>
                </tr>
              </thead>
              <tbody>
                {first > 0 && <tr style={{ height: `${first * ROW_PX}px` }} />}
                {rows.map((record) => (
                  <tr
                    key={record.number}
                    class={`${succeeded(record) ? '' : 'failed'}${open.value === record.number ? ' open' : ''}`}
                    onClick={() => (open.value = record.number)}
                  >
                    <td>
                      <button type="button" class="link" title="Details">
                        {rowTime(record.time, 'local', 0)}
                      </button>
                    </td>
                    <td>{record.operation}</td>
                    <td class="outcome">
                      {record.outcome}
                      {record.rejected !== undefined && ' (in part)'}
                      {record.faults.length > 0 && (
                        <em title="Faults that happened to it">{record.faults.join(', ')}</em>
                      )}
                    </td>
                    <td class="place">
                      {record.logGroupName} <span class="faint">{record.logStreamName}</span>
                    </td>
                    <td class="number">{record.events === undefined ? '' : count(record.events)}</td>
                    <td class="number">{bytes(record.requestBytes)}</td>
                    <td class="number">{lasted(record.durationMs)}</td>
                  </tr>
                ))}
                {first + rows.length < shown.length && (
                  <tr style={{ height: `${(shown.length - first - rows.length) * ROW_PX}px` }} />
                )}
              </tbody>
            </table>
          </div>
          {opened !== undefined && <RequestDetail record={opened} onClose={() => (open.value = undefined)} />}
        </div>
      )}
    </div>
  );
}

function RequestDetail({
  onClose,
  record,
}: {
  readonly record: RequestRecord;
  readonly onClose: () => void;
}) {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Outcome', record.outcome],
    ['Time', `${fullTime(record.time)}, ${ago(now.value - record.time)} ago`],
    ['Took', lasted(record.durationMs)],
    ['Log group', record.logGroupName],
    ['Log stream', record.logStreamName],
    ['Events', record.events === undefined ? undefined : count(record.events)],
    ['Sent', bytes(record.requestBytes)],
    ['Answered', record.answerBytes === undefined ? 'nothing' : bytes(record.answerBytes)],
    ['Not taken', record.rejected],
    ['Faults', record.faults.join(', ') || undefined],
    ['Token sent', record.sentToken],
    ['Next token', record.nextToken],
    ['Client', record.client],
  ];
  const { offender } = record;
  return (
    <aside class="detail" aria-label="Request">
      <header>
        <strong>
          {record.operation} <span class="faint">#{record.number}</span>
        </strong>
        <span class="grow" />
        <button type="button" class="quiet" title="Close" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div class="detail-body" tabIndex={0} role="group" aria-label="Details of the request">
        {record.message !== undefined && <p class="rule">{record.message}</p>}
        {offender !== undefined && (
          <section>
            <h2>
              The log event at index {offender.index}
              {offender.timestamp !== undefined && `, ${when(offender.timestamp)}`}
            </h2>
            <pre class="text">
              {offender.message === '' ? (
                <span class="faint">an empty message</span>
              ) : (
                <Message text={offender.message} marks={undefined} ansi={false} />
              )}
            </pre>
          </section>
        )}
        <dl class="facts">
          {facts.map(([name, value]) =>
            value === undefined ? null : (
              <>
                <dt>{name}</dt>
                <dd class="wrap">{value}</dd>
              </>
            ),
          )}
        </dl>
      </div>
    </aside>
  );
}

/** A timestamp may be any number, which is perhaps why the event was refused. */
function when(timestamp: number): string {
  return Math.abs(timestamp) <= 8.64e15 ? fullTime(timestamp) : String(timestamp);
}
