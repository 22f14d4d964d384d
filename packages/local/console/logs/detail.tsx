import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { JsonTree } from '../parts/json-tree.tsx';
import { Message } from '../parts/message.tsx';
import { PlaceName } from '../parts/place-name.tsx';
import { readEvent, search } from '../state/api.ts';
import { attempt, show, tell, view } from '../state/model.ts';
import type { WireEvent } from '../state/wire.ts';
import { stripAnsi } from '../text/ansi.ts';
import { fieldPattern, type Json, type Path, parseMessage, selector } from '../text/fields.ts';
import { marksOf } from '../text/highlight.ts';
import { bytes } from '../text/number.ts';
import { fullTime, lasted, rowTime } from '../text/time.ts';
import { find, version } from './event-list.ts';
import { openEvent } from './list.tsx';

const NEIGHBOURS = 10;

/** The event that is open: its fields, its text, and what was logged around it. */
export function Detail() {
  const id = view.value.event;
  const whole = useSignal<WireEvent | undefined>(undefined);
  void version.value;
  const row = find(id);
  const place = row === undefined ? undefined : `${row.group}:${row.stream}`;

  useEffect(() => {
    if (id === undefined || place === undefined || row?.whole === undefined) return;
    void readEvent(place, id).then(
      (event) => {
        if (view.value.event === id) whole.value = event;
      },
      () => {},
    );
  }, [id, place]);

  if (id === undefined) return null;
  const event = whole.value?.id === id ? whole.value : row;
  return (
    <aside class="detail" aria-label="Event">
      <header>
        <strong>{event === undefined ? 'Event' : fullTime(event.timestamp)}</strong>
        <span class="grow" />
        {event !== undefined && (
          <button
            type="button"
            class="quiet"
            title="Copy the message"
            aria-label="Copy the message"
            onClick={() => void attempt(() => navigator.clipboard.writeText(event.message), 'Copied')}
          >
            <Icon name="copy" />
          </button>
        )}
        <button
          type="button"
          class="quiet"
          title="Close (Esc)"
          aria-label="Close"
          onClick={() => openEvent(undefined)}
        >
          <Icon name="close" />
        </button>
      </header>
      {event === undefined ? <p class="hint">This event is not in the list.</p> : <Whole event={event} />}
    </aside>
  );
}

function Whole({ event }: { readonly event: WireEvent }) {
  const { ansi, highlight, pattern } = view.value;
  const parsed = event.whole === undefined ? parseMessage(stripAnsi(event.message)) : undefined;
  const asText = useSignal(false);
  const marks = marksOf(highlight, pattern);
  const lag = event.ingestionTime - event.timestamp;
  return (
    <div class="detail-body" tabIndex={0} role="group" aria-label="Details of the event">
      <dl class="facts">
        <dt>Log group</dt>
        <dd>
          <button type="button" class="link" onClick={() => show({ places: [event.group] })}>
            <PlaceName place={event.group} />
          </button>
        </dd>
        <dt>Log stream</dt>
        <dd>
          <button
            type="button"
            class="link"
            onClick={() => show({ places: [`${event.group}:${event.stream}`] })}
          >
            {event.stream}
          </button>
        </dd>
        <dt>Size</dt>
        <dd title="As accounted: UTF-8 and 26 bytes">{bytes(event.bytes)}</dd>
        <dt>Ingested</dt>
        <dd>{lag < 0 ? `${lasted(-lag)} before its time` : `${lasted(lag)} later`}</dd>
      </dl>
      {parsed !== undefined && (
        <div class="tabs small" role="group" aria-label="How to show the message">
          <button type="button" aria-pressed={!asText.value} onClick={() => (asText.value = false)}>
            Fields
          </button>
          <button type="button" aria-pressed={asText.value} onClick={() => (asText.value = true)}>
            Text
          </button>
        </div>
      )}
      {parsed === undefined || asText.value ? (
        <pre class="text">
          <Message text={event.message} marks={marks} ansi={ansi} />
        </pre>
      ) : (
        <>
          {parsed.prefix !== '' && <pre class="text">{parsed.prefix}</pre>}
          <JsonTree value={parsed.value} marks={marks} onField={useField} />
        </>
      )}
      {event.whole !== undefined && <p class="hint">Reading the whole of {event.whole} characters …</p>}
      <Neighbours event={event} />
    </div>
  );
}

/** The actions of a field of a JSON message. */
function useField(action: 'column' | 'is' | 'is not', path: Path, value: Json): void {
  const { columns, filters } = view.value;
  if (action === 'column') {
    const column = selector(path);
    const others = columns.filter((other) => other !== column);
    show({ columns: others.length < columns.length ? others : [...columns, column] });
    return;
  }
  const pattern = fieldPattern(path, value, action);
  if (pattern === undefined) tell('No filter pattern can say that of this value.', true);
  else if (!filters.includes(pattern)) show({ filters: [...filters, pattern] });
}

/** The events of its stream just before and after, whatever is searched for. */
function Neighbours({ event }: { readonly event: WireEvent }) {
  const around = useSignal<{ readonly of: string; readonly events: readonly WireEvent[] } | undefined>(
    undefined,
  );
  const load = async (): Promise<void> => {
    const query = new URLSearchParams({ in: `${event.group}:${event.stream}` });
    const { signal } = new AbortController();
    const [before, after] = await Promise.all([
      search(query, 'backward', event.id, signal, NEIGHBOURS),
      search(query, 'forward', event.id, signal, NEIGHBOURS),
    ]);
    around.value = { of: event.id, events: [...before.events, event, ...after.events] };
  };
  if (around.value?.of !== event.id) {
    return (
      <p>
        <button type="button" onClick={() => void attempt(load)}>
          Show its neighbours
        </button>
      </p>
    );
  }
  return (
    <section class="neighbours" aria-label="Neighbours">
      <h2>In {event.stream}, around it</h2>
      <ol>
        {around.value.events.map((each) => (
          <li key={each.id} class={`l-${each.level}${each.id === event.id ? ' cursor' : ''}`}>
            <time>{rowTime(each.timestamp, 'local', 0)}</time>{' '}
            <Message text={each.message} marks={undefined} ansi={view.value.ansi} oneLine />
          </li>
        ))}
      </ol>
    </section>
  );
}
