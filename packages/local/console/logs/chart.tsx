import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { BarChart } from '../parts/bar-chart.tsx';
import { readHistogram } from '../state/api.ts';
import { overview, show, view } from '../state/model.ts';
import { patternsOf } from '../state/view.ts';
import { type Histogram, LEVELS, type Level } from '../state/wire.ts';
import { count } from '../text/number.ts';

/** Worst at the bottom, where a few of them are seen. */
const STACKED: readonly Level[] = LEVELS;
const LIVE_MS = 15 * 60_000;
const REFRESH_MS = 2000;

/** Asked again so soon while events are still being counted. */
const COUNTING_MS = 200;

/** Events by time and level: those that the list shows, and others of the time. Dragging over it sets the range. */
export function Chart() {
  const histogram = useSignal<Histogram | undefined>(undefined);
  const width = useSignal(800);
  const asked = useRef(0);

  const load = async (): Promise<void> => {
    const { places, range } = view.value;
    const patterns = patternsOf(view.value);
    const to = range.kind === 'between' ? range.to : Date.now();
    const from = range.kind === 'between' ? range.from : to - (range.kind === 'last' ? range.ms : LIVE_MS);
    const number = ++asked.current;
    const steps = Math.min(240, Math.max(30, Math.floor(width.value / 7)));
    // While a pattern is not understood, the chart stays as the list does.
    const answer = await readHistogram(places, from, to, steps, patterns).catch(() => undefined);
    if (answer === undefined || number !== asked.current) return;
    histogram.value = answer;
    if (!answer.complete) setTimeout(() => number === asked.current && void load(), COUNTING_MS);
  };
  useSignalEffect(() => {
    const { filters, pattern, places, range } = view.value;
    void [filters, pattern, places, range, width.value];
    void load();
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (view.value.range.kind !== 'between' && !document.hidden) void load();
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, []);

  const { counts = {}, from = 0, stepMs = 1000 } = histogram.value ?? {};
  const { levels: chosen } = view.value;
  const isShown = (level: Level): boolean => chosen.length === 0 || chosen.includes(level);
  const levels = STACKED.filter((level) => counts[level] !== undefined && isShown(level));
  const length = Math.max(0, ...levels.map((level) => counts[level]?.length ?? 0));
  const times = Array.from({ length }, (_, index) => (from + index * stepMs) / 1000);
  const total = levels.reduce((sum, level) => sum + (counts[level] ?? []).reduce((a, b) => a + b, 0), 0);
  const summary = levels
    .map(
      (level) =>
        `${count((counts[level] ?? []).reduce((a, b) => a + b, 0))} ${level === 'none' ? 'without level' : level}`,
    )
    .join(', ');
  if (overview.value?.groups.length === 0) return null;
  return (
    <BarChart
      label={`${count(total)} events by time: ${summary || 'none'}. Dragging sets the time range.`}
      times={times}
      stepMs={stepMs}
      series={levels.map((level) => ({ name: level, colour: `--l-${level}`, values: counts[level] ?? [] }))}
      onWidth={(pixels) => (width.value = pixels)}
      onSelect={(start, end) =>
        show({ range: { kind: 'between', from: Math.round(start), to: Math.round(end) } })
      }
    />
  );
}
