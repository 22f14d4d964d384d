import { useSignal, useSignalEffect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { Message } from '../parts/message.tsx';
import { PlaceName } from '../parts/place-name.tsx';
import { now, show, view } from '../state/model.ts';
import type { WireEvent } from '../state/wire.ts';
import { parseMessage, readSelector, type Summary, summarize, valueAt } from '../text/fields.ts';
import { type Marks, marksOf } from '../text/highlight.ts';
import { count } from '../text/number.ts';
import { fullTime, rowTime } from '../text/time.ts';
import {
  cursor,
  following,
  goTo,
  hasNewer,
  hasOlder,
  loadNewer,
  loadOlder,
  lost,
  missed,
  paused,
  rows,
  searching,
  shift,
  version,
} from './event-list.ts';

export const ROW_PX = 22;
/** Rows that are drawn beyond what is seen, so that scrolling does not show gaps. */
const SPARE_ROWS = 12;

/**
 * The events as a list of rows of one height, of which only those that are seen are in the page: its cost does not grow
 * with the number of events.
 */
export function EventRows() {
  const frame = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(600);
  const moved = useRef(0);
  const all = rows();
  const { columns, highlight, labels, pattern, time } = view.value;
  void version.value;

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      height.value = element.clientHeight;
      if (following.value) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // After the rows have changed, before they are painted: keep the place, or follow.
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    if (following.value) element.scrollTop = element.scrollHeight;
    else if (shift.value !== moved.current) element.scrollTop += (shift.value - moved.current) * ROW_PX;
    moved.current = shift.value;
    top.value = element.scrollTop;
  }, [version.value, following.value]);

  const onScroll = (): void => {
    const element = frame.current;
    if (element === null) return;
    top.value = element.scrollTop;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    following.value = below < ROW_PX && !hasNewer();
    if (element.scrollTop < 20 * ROW_PX && hasOlder()) void loadOlder();
    if (below < 20 * ROW_PX && hasNewer()) void loadNewer();
  };

  // The keys move the cursor; the list brings it into sight.
  useSignalEffect(() => {
    // Read first, so that the effect depends on it also while there are no rows.
    const wanted = cursor.value;
    const element = frame.current;
    const index = rows().findIndex(({ id }) => id === wanted);
    if (element === null || index === -1) return;
    const at = index * ROW_PX;
    if (at < element.scrollTop) element.scrollTop = at;
    else if (at + ROW_PX > element.scrollTop + element.clientHeight) {
      element.scrollTop = at + ROW_PX - element.clientHeight;
    }
  });

  const first = Math.max(0, Math.floor(top.value / ROW_PX) - SPARE_ROWS);
  const last = Math.min(all.length, Math.ceil((top.value + height.value) / ROW_PX) + SPARE_ROWS);
  const marks = marksOf(highlight, pattern);
  const several = labels && (view.value.places.length !== 1 || !view.value.places[0]?.includes(':'));
  const shown = all.slice(first, last);

  return (
    <div class="list-frame">
      {columns.length > 0 && <ColumnHeads columns={columns} />}
      <div
        class={`list time-${time}`}
        ref={frame}
        onScroll={onScroll}
        role="listbox"
        aria-label="Log events"
        aria-activedescendant={shown.some(({ id }) => id === cursor.value) ? `e${cursor.value}` : undefined}
        tabIndex={0}
      >
        <div class="list-size" role="presentation" style={{ height: `${all.length * ROW_PX}px` }}>
          <div role="presentation" style={{ transform: `translateY(${first * ROW_PX}px)` }}>
            {shown.map((event, offset) => (
              <Row
                key={event.id}
                event={event}
                marks={marks}
                labels={several}
                position={first + offset + 1}
                size={all.length}
              />
            ))}
          </div>
        </div>
      </div>
      <Catch />
    </div>
  );
}

function Row(props: {
  readonly event: WireEvent;
  readonly marks: Marks;
  readonly labels: boolean;
  readonly position: number;
  readonly size: number;
}) {
  const { event, labels, marks, position, size } = props;
  const { ansi, columns, fields, time } = view.value;
  const summary = fields ? summaryOf(event) : undefined;
  const open = view.value.event === event.id;
  const classes = ['row', `l-${event.level}`, open && 'open', cursor.value === event.id && 'cursor'];
  return (
    <div
      class={classes.filter(Boolean).join(' ')}
      id={`e${event.id}`}
      role="option"
      aria-selected={open}
      aria-posinset={position}
      aria-setsize={size}
      onClick={() => openEvent(event.id)}
    >
      {time !== 'off' && (
        <time title={fullTime(event.timestamp)}>
          {rowTime(event.timestamp, time, time === 'relative' ? now.value : 0)}
        </time>
      )}
      <span class="level">{event.level === 'none' ? '' : event.level}</span>
      {labels && (
        <span class="label" title={`${event.group}  ${event.stream}`}>
          <b>
            <PlaceName place={event.group} />
          </b>{' '}
          {event.stream}
        </span>
      )}
      {columns.length > 0 && <Columns event={event} columns={columns} />}
      <span class="message">
        {summary === undefined ? (
          <Message text={event.message} marks={marks} ansi={ansi} oneLine />
        ) : (
          <>
            <Message text={summary.text} marks={marks} ansi={ansi} oneLine />
            <span class="rest">
              <Message text={summary.fields} marks={marks} ansi={false} oneLine />
            </span>
          </>
        )}
      </span>
    </div>
  );
}

const summaries = new WeakMap<WireEvent, Summary | 'none'>();

/** A row is drawn many times, and its message does not change. */
function summaryOf(event: WireEvent): Summary | undefined {
  let summary = summaries.get(event);
  if (summary === undefined) {
    summary = (event.whole === undefined ? summarize(event.message) : undefined) ?? 'none';
    summaries.set(event, summary);
  }
  return summary === 'none' ? undefined : summary;
}

export function openEvent(id: string | undefined): void {
  cursor.value = id ?? cursor.value;
  // The rows that somebody reads stay where they are.
  if (id !== undefined) following.value = false;
  show({ event: id }, { replace: true });
}

function Columns({ columns, event }: { readonly columns: readonly string[]; readonly event: WireEvent }) {
  const value = parseMessage(event.message)?.value;
  return (
    <>
      {columns.map((column) => {
        const found = value === undefined ? undefined : valueAt(value, readSelector(column));
        const text = found === undefined ? '' : typeof found === 'string' ? found : JSON.stringify(found);
        return (
          <span class="column" key={column} title={text}>
            {text}
          </span>
        );
      })}
    </>
  );
}

function ColumnHeads({ columns }: { readonly columns: readonly string[] }) {
  return (
    <div class="heads">
      {columns.map((column) => (
        <button
          type="button"
          key={column}
          class="chip"
          title="Remove this column"
          aria-label={`Remove the column ${column}`}
          onClick={() => show({ columns: columns.filter((other) => other !== column) })}
        >
          {column} <Icon name="close" />
        </button>
      ))}
    </div>
  );
}

/** How many events wait below, or how far a search is. */
function Catch() {
  const waiting = missed.value;
  if (searching.value !== undefined) {
    return (
      <div class="catch" role="status">
        Searching, {count(searching.value.searched)} events looked at
      </div>
    );
  }
  if (following.value && !paused.value) {
    if (lost.value === 0) return null;
    return (
      <div class="catch quiet">
        {count(lost.value)} events came too fast to be shown; they are stored and can be found.
      </div>
    );
  }
  return (
    <button type="button" class="catch" onClick={() => void goTo('newest')}>
      <Icon name="down" />
      {waiting > 0 ? `${count(waiting)} new` : 'Newest'}
    </button>
  );
}
