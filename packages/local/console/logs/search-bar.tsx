import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { Menu } from '../parts/menu.tsx';
import { PlaceName } from '../parts/place-name.tsx';
import { attempt, overview, show, view } from '../state/model.ts';
import { duration, parseDuration, searchParameters, type TimeStyle } from '../state/view.ts';
import { LEVELS, type Level } from '../state/wire.ts';
import { toLocalInput } from '../text/time.ts';
import { patternError, paused, togglePause } from './event-list.ts';

/** Waits until typing pauses, so that not every letter starts a search. */
const TYPING_MS = 250;

export function SearchBar() {
  return (
    <div class="bar" role="search">
      <PatternInput />
      <RangeSelect />
      <button
        type="button"
        class="tool"
        aria-pressed={paused.value}
        title={paused.value ? 'Go on (space)' : 'Pause (space)'}
        onClick={togglePause}
      >
        <Icon name={paused.value ? 'play' : 'pause'} />
        <span>{paused.value ? 'Go on' : 'Pause'}</span>
      </button>
      <ViewMenu />
      <DownloadMenu />
      <Levels />
      <Filters />
    </div>
  );
}

function PatternInput() {
  const input = useRef<HTMLInputElement>(null);
  const typed = useSignal(view.value.pattern);
  const timer = useRef(0);
  useEffect(() => {
    if (document.activeElement !== input.current) typed.value = view.value.pattern;
  }, [view.value.pattern]);
  const apply = (): void => {
    clearTimeout(timer.current);
    if (typed.value !== view.value.pattern) show({ pattern: typed.value }, { replace: true });
  };
  const error = patternError.value;
  const own = error !== undefined && error.pattern === '0';
  return (
    <div class={`pattern${error === undefined ? '' : ' wrong'}`}>
      <Icon name="search" />
      <input
        ref={input}
        id="pattern"
        type="text"
        spellcheck={false}
        autocomplete="off"
        placeholder={'Filter pattern:  ERROR   -debug   "not found"   { $.level = "error" }'}
        aria-label="Filter pattern"
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : 'pattern-error'}
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = setTimeout(apply, TYPING_MS) as unknown as number;
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') apply();
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      {typed.value !== '' && (
        <button
          type="button"
          class="quiet"
          aria-label="Clear the pattern"
          title="Clear"
          onClick={() => {
            typed.value = '';
            apply();
            input.current?.focus();
          }}
        >
          <Icon name="close" />
        </button>
      )}
      {error !== undefined && (
        <div class="pattern-error" id="pattern-error" role="alert">
          {own && <Pointer pattern={view.value.pattern} position={Number(error.position)} />}
          <span>
            {error.message}. {error.hint}
          </span>
        </div>
      )}
    </div>
  );
}

/** The pattern again, with a mark at the place where it stops being understood. */
function Pointer({ pattern, position }: { readonly pattern: string; readonly position: number }) {
  const from = Math.max(0, position - 30);
  return (
    <code>
      {from > 0 && '…'}
      {pattern.slice(from, position)}
      <mark>{pattern.slice(position, position + 1) || '⌴'}</mark>
      {pattern.slice(position + 1, position + 20)}
    </code>
  );
}

const PRESETS = ['5m', '15m', '1h', '3h', '12h', '1d', '3d', '7d'];

function RangeSelect() {
  const { range } = view.value;
  const custom = useSignal(false);
  const value = range.kind === 'live' ? 'live' : range.kind === 'last' ? duration(range.ms) : 'between';
  const presets = range.kind === 'last' && !PRESETS.includes(value) ? [value, ...PRESETS] : PRESETS;
  return (
    <>
      <span class="tool">
        <select
          aria-label="Time range"
          value={custom.value ? 'between' : value}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            custom.value = chosen === 'between';
            const ms = parseDuration(chosen);
            if (chosen === 'live') show({ range: { kind: 'live' } });
            else if (ms !== undefined) show({ range: { kind: 'last', ms } });
          }}
        >
          <option value="live">All, live</option>
          {presets.map((preset) => (
            <option key={preset} value={preset}>
              Last {preset}
            </option>
          ))}
          <option value="between">Between …</option>
        </select>
      </span>
      {(custom.value || range.kind === 'between') && <Between onDone={() => (custom.value = false)} />}
    </>
  );
}

function Between({ onDone }: { readonly onDone: () => void }) {
  const { range } = view.value;
  const from = useRef<HTMLInputElement>(null);
  const to = useRef<HTMLInputElement>(null);
  const [start, end] =
    range.kind === 'between' ? [range.from, range.to] : [Date.now() - 3_600_000, Date.now()];
  const apply = (event: Event): void => {
    event.preventDefault();
    const between = {
      from: new Date(from.current?.value ?? '').getTime(),
      to: new Date(to.current?.value ?? '').getTime(),
    };
    if (!(between.from < between.to)) return;
    show({ range: { kind: 'between', ...between } });
    onDone();
  };
  return (
    <form class="between" onSubmit={apply}>
      <label>
        From{' '}
        <input ref={from} type="datetime-local" step="1" defaultValue={toLocalInput(start)} key={start} />
      </label>
      <label>
        to <input ref={to} type="datetime-local" step="1" defaultValue={toLocalInput(end)} key={end} />
      </label>
      <button type="submit">Apply</button>
    </form>
  );
}

function ViewMenu() {
  const { ansi, fields, highlight, labels, time } = view.value;
  return (
    <Menu label="View" icon="view">
      <label class="field">
        Highlight
        <input
          type="text"
          value={highlight}
          placeholder="marks text, hides nothing"
          onInput={(event) => show({ highlight: event.currentTarget.value }, { replace: true })}
        />
      </label>
      <label class="field">
        Times
        <select
          value={time}
          onChange={(event) => show({ time: event.currentTarget.value as TimeStyle }, { replace: true })}
        >
          <option value="local">local</option>
          <option value="utc">UTC</option>
          <option value="relative">relative</option>
          <option value="off">hidden</option>
        </select>
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={labels}
          onChange={() => show({ labels: !labels }, { replace: true })}
        />
        Groups and streams
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={fields}
          onChange={() => show({ fields: !fields }, { replace: true })}
        />
        JSON as text and fields
      </label>
      <label class="check">
        <input type="checkbox" checked={ansi} onChange={() => show({ ansi: !ansi }, { replace: true })} />
        Colours of the terminal
      </label>
    </Menu>
  );
}

function DownloadMenu() {
  const address = (format: string): string => {
    const query = searchParameters(view.value, Date.now());
    query.set('format', format);
    return `/_local/console/download?${query}`;
  };
  return (
    <Menu label="Download" icon="download">
      <a href={address('ndjson')} download>
        As NDJSON, with times and streams
      </a>
      <a href={address('text')} download>
        As text, the messages alone
      </a>
      <button
        type="button"
        class="link"
        onClick={() => void attempt(() => navigator.clipboard.writeText(location.href), 'Address copied')}
      >
        Copy the address of this view
      </button>
    </Menu>
  );
}

function Levels() {
  const { levels } = view.value;
  const toggle = (level: Level): void => {
    const chosen = levels.includes(level) ? levels.filter((other) => other !== level) : [...levels, level];
    show({ levels: LEVELS.filter((each) => chosen.includes(each)) });
  };
  return (
    <fieldset class="levels">
      <legend class="hidden">Levels</legend>
      {LEVELS.map((level) => (
        <button
          type="button"
          key={level}
          class={`chip level-chip l-${level}`}
          aria-pressed={levels.includes(level)}
          onClick={() => toggle(level)}
        >
          {level === 'none' ? 'no level' : level}
        </button>
      ))}
    </fieldset>
  );
}

/** Places and fields that narrow what is shown, each with a way out. */
function Filters() {
  const { filters, places } = view.value;
  const known = overview.value?.groups;
  if (filters.length === 0 && places.length === 0) return null;
  return (
    <div class="filters">
      {places.map((place) => (
        <button
          type="button"
          key={place}
          class={`chip${known === undefined || known.some((group) => place === group.place || place.startsWith(`${group.place}:`)) ? '' : ' gone'}`}
          aria-label={`Not only ${place}`}
          title={place}
          onClick={() => show({ places: places.filter((other) => other !== place) })}
        >
          <PlaceName place={place} /> <Icon name="close" />
        </button>
      ))}
      {filters.map((filter) => (
        <button
          type="button"
          key={filter}
          class="chip code"
          aria-label={`Remove the filter ${filter}`}
          title={filter}
          onClick={() => show({ filters: filters.filter((other) => other !== filter) })}
        >
          {filter.slice(2, -2)} <Icon name="close" />
        </button>
      ))}
    </div>
  );
}
