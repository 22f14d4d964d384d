import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { PlaceName } from '../parts/place-name.tsx';
import { readStreams } from '../state/api.ts';
import { dialog, now, overview, rates, show, view } from '../state/model.ts';
import type { GroupSummary, StreamSummary } from '../state/wire.ts';
import { brief, bytes, count, rate } from '../text/number.ts';
import { ago } from '../text/time.ts';

/** From here on a box to find a group is worth its place. */
const MANY_GROUPS = 8;

/** Groups and their streams. A click shows only that one; with Ctrl or ⌘ it joins those that are shown. */
export function Sidebar({ onChosen }: { readonly onChosen: () => void }) {
  const wanted = useSignal('');
  const groups = overview.value?.groups ?? [];
  const shown = groups.filter(({ place }) => place.toLowerCase().includes(wanted.value.toLowerCase()));
  const { places } = view.value;
  return (
    <nav class="sidebar" aria-label="Log groups">
      <header>
        <button
          type="button"
          class={`entry all${places.length === 0 ? ' chosen' : ''}`}
          aria-pressed={places.length === 0}
          onClick={() => {
            show({ places: [], tab: 'logs' });
            onChosen();
          }}
        >
          All log groups <span class="count">{brief(overview.value?.stats.events ?? 0)}</span>
        </button>
        <button
          type="button"
          class="quiet"
          title="Create a log group"
          aria-label="Create a log group"
          onClick={() => (dialog.value = { kind: 'create-group' })}
        >
          <Icon name="plus" />
        </button>
      </header>
      {groups.length >= MANY_GROUPS && (
        <input
          type="text"
          class="find"
          placeholder="Find a group"
          aria-label="Find a group"
          value={wanted.value}
          onInput={(event) => (wanted.value = event.currentTarget.value)}
        />
      )}
      <ul>
        {shown.map((group) => (
          <Group key={group.place} group={group} onChosen={onChosen} />
        ))}
      </ul>
      <Kept />
    </nav>
  );
}

function choose(place: string, event: MouseEvent): void {
  const { places } = view.value;
  const join = event.ctrlKey || event.metaKey;
  const others = places.filter((other) => other !== place);
  const next = !join ? [place] : others.length < places.length ? others : [...places, place];
  show({ places: next, tab: 'logs' });
}

function Group({ group, onChosen }: { readonly group: GroupSummary; readonly onChosen: () => void }) {
  const { place } = group;
  const chosen = view.value.places.includes(place);
  const within = view.value.places.some((other) => other.startsWith(`${place}:`));
  const open = useSignal(within);
  return (
    <li>
      <div class={`entry${chosen ? ' chosen' : ''}`}>
        <button
          type="button"
          class="quiet fold"
          aria-expanded={open.value}
          aria-label={`Streams of ${place}`}
          onClick={() => (open.value = !open.value)}
        >
          <Icon name="right" />
        </button>
        <button
          type="button"
          class="name"
          aria-pressed={chosen}
          title={describe(group)}
          onClick={(event) => {
            choose(place, event);
            onChosen();
          }}
        >
          <span>
            <PlaceName place={place} />
          </span>
        </button>
        <span class="count" title={`${count(group.events)} events`}>
          {rate(rates.value.get(place) ?? 0) || brief(group.events)}
        </span>
        <button
          type="button"
          class="quiet more"
          title="Retention, tags, delete"
          aria-label={`Settings of ${place}`}
          onClick={() => (dialog.value = { kind: 'group', place })}
        >
          <Icon name="more" />
        </button>
      </div>
      {open.value && <Streams group={group} onChosen={onChosen} />}
    </li>
  );
}

function describe(group: GroupSummary): string {
  const last = group.lastEventTimestamp;
  return [
    group.place,
    `${count(group.events)} events, ${bytes(group.bytes)}, ${count(group.streams)} streams`,
    last === undefined ? 'no events yet' : `last event ${ago(now.value - last)} ago`,
    group.retentionInDays === undefined ? 'kept for ever' : `kept for ${group.retentionInDays} days`,
  ].join('\n');
}

function Streams({ group, onChosen }: { readonly group: GroupSummary; readonly onChosen: () => void }) {
  const streams = useSignal<readonly StreamSummary[]>([]);
  const total = useSignal(0);
  const perSecond = useSignal<ReadonlyMap<string, number>>(new Map());
  useEffect(() => {
    let gone = false;
    let at = 0;
    const load = async (): Promise<void> => {
      const answer = await readStreams(group.place).catch(() => undefined);
      if (answer === undefined || gone) return;
      const time = performance.now();
      const before = new Map(streams.value.map((stream) => [stream.place, stream.received]));
      if (at > 0) {
        perSecond.value = new Map(
          answer.streams.map((stream) => [
            stream.place,
            Math.max(0, stream.received - (before.get(stream.place) ?? stream.received)) /
              ((time - at) / 1000),
          ]),
        );
      }
      at = time;
      streams.value = answer.streams;
      total.value = answer.total;
    };
    void load();
    const timer = setInterval(() => {
      if (!document.hidden) void load();
    }, 2000);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [group.place, group.streams]);
  return (
    <ul class="streams">
      {streams.value.map((stream) => {
        const chosen = view.value.places.includes(stream.place);
        const last = stream.lastEventTimestamp;
        return (
          <li key={stream.place} class={`entry${chosen ? ' chosen' : ''}`}>
            <button
              type="button"
              class="name"
              aria-pressed={chosen}
              title={`${stream.name}\n${count(stream.events)} events, ${bytes(stream.bytes)}`}
              onClick={(event) => {
                choose(stream.place, event);
                onChosen();
              }}
            >
              <span class="stream">{stream.name}</span>
            </button>
            <span class="count">
              {rate(perSecond.value.get(stream.place) ?? 0) ||
                `${brief(stream.events)}${last === undefined ? '' : ` · ${ago(now.value - last)}`}`}
            </span>
            <button
              type="button"
              class="quiet more"
              title="Delete"
              aria-label={`Delete the stream ${stream.name}`}
              onClick={() => (dialog.value = { kind: 'delete-stream', place: stream.place })}
            >
              <Icon name="close" />
            </button>
          </li>
        );
      })}
      {total.value > streams.value.length && (
        <li class="hint">{count(total.value - streams.value.length)} older ones</li>
      )}
      <li>
        <button
          type="button"
          class="link"
          onClick={() => (dialog.value = { kind: 'create-stream', place: group.place })}
        >
          Create a stream
        </button>
      </li>
    </ul>
  );
}

/** How much the endpoint holds, and the ways to empty it and to send something to it. */
function Kept() {
  const stats = overview.value?.stats;
  if (stats === undefined) return null;
  return (
    <footer>
      <p title="Bytes as CloudWatch Logs accounts them">
        {count(stats.events)} events, {bytes(stats.bytes)}
        {stats.evicted > 0 && <>; {count(stats.evicted)} oldest dropped</>}
      </p>
      <button type="button" class="link" onClick={() => (dialog.value = { kind: 'connect' })}>
        Connect
      </button>{' '}
      <button type="button" class="link" onClick={() => (dialog.value = { kind: 'reset' })}>
        Reset
      </button>
    </footer>
  );
}
