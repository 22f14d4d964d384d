import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { theme } from '../state/theme.ts';
import { brief } from '../text/number.ts';

interface Series {
  readonly name: string;
  /** The name of a custom property. */
  readonly colour: string;
  readonly values: readonly number[];
}

interface BarChartProps {
  /** In words, for who does not see it. */
  readonly label: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly stepMs: number;
  /** Stacked, the first at the bottom. */
  readonly series: readonly Series[];
  readonly height?: number;
  readonly onWidth?: (pixels: number) => void;
  /** Milliseconds since 1970. */
  readonly onSelect?: (from: number, to: number) => void;
}

/** Stacked bars over time. */
export function BarChart(props: BarChartProps) {
  const { height = 84, label, onSelect, onWidth, series, stepMs, times } = props;
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const selected = useRef(onSelect);
  selected.current = onSelect;
  const step = useRef(stepMs);
  step.current = stepMs;
  const shape = `${series.map(({ name }) => name).join()} ${theme.value} ${height}`;

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    chart.current = draw(element, series, height, {
      onSelect: (from, to) => selected.current?.(from, to),
      stepMs: () => step.current,
    });
    return () => chart.current?.destroy();
  }, [shape]);

  useEffect(() => {
    chart.current?.setData(stacked(times, series));
  });

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      chart.current?.setSize({ width: element.clientWidth, height });
      onWidth?.(element.clientWidth);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  return <div class="chart" ref={frame} role="img" aria-label={label} style={{ height: `${height}px` }} />;
}

/** Each series with those below it; drawn from the highest down, so that every bar shows its own part. */
function stacked(times: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  const sums: number[][] = [];
  let below = times.map(() => 0);
  for (const { values } of series) {
    below = below.map((sum, index) => sum + (values[index] ?? 0));
    sums.push(below);
  }
  return [[...times], ...sums.reverse()];
}

function draw(
  element: HTMLElement,
  series: readonly Series[],
  height: number,
  { onSelect, stepMs }: { onSelect: (from: number, to: number) => void; stepMs: () => number },
): uPlot {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const bars = uPlot.paths.bars?.({ size: [0.82, 40, 1], align: 1, radius: 0 });
  const axis = {
    stroke: colour('--faint'),
    font: '11px system-ui, sans-serif',
    ticks: { show: false },
    grid: { stroke: colour('--line'), width: 1 },
  };
  return new uPlot(
    {
      width: element.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
      scales: {
        x: { range: (_, from, to) => [from, to + stepMs() / 1000] },
        y: { range: (_, __, most) => [0, Math.max(most * 1.1, 1)] },
      },
      axes: [
        { ...axis, size: 20, gap: 3, grid: { show: false }, values: (_, values) => clockTimes(values) },
        {
          ...axis,
          size: 42,
          gap: 4,
          space: 24,
          values: (_, values) => values.map((value) => (Number.isInteger(value) ? brief(value) : '')),
        },
      ],
      series: [
        {},
        ...[...series].reverse().map(({ colour: name, name: label }) => ({
          label,
          fill: colour(name),
          width: 0,
          points: { show: false },
          ...(bars !== undefined && { paths: bars }),
        })),
      ],
      hooks: {
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width < 4) return;
            onSelect(plot.posToVal(left, 'x') * 1000, plot.posToVal(left + width, 'x') * 1000);
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    },
    stacked([], series),
    element,
  );
}

/** Times as short as they can be told apart; the date where a day begins. */
function clockTimes(seconds: readonly number[]): string[] {
  const step = (seconds[1] ?? 0) - (seconds[0] ?? 0);
  return seconds.map((second) => {
    const date = new Date(second * 1000);
    if (step >= 86_400 || (date.getHours() === 0 && date.getMinutes() === 0 && step >= 60)) {
      return date.toLocaleDateString(undefined, { month: 'short', day: 'numeric' });
    }
    return date.toTimeString().slice(0, step < 60 ? 8 : 5);
  });
}
