// A line chart over time around uPlot. Colours come from the style sheet, so that both themes fit.

import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useTheme } from './theme';

export interface Series {
  label: string;
  color: number; // --series-N
  points: [at: number, value: number | null][]; // milliseconds, oldest first
  now?: number | undefined; // what it is now, where that is newer than the last point
}

const kHeight = 160;

const kPowers = Array.from({ length: 50 }, (_, power) => 2 ** power);
const kRound = Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
const kClock = [1, 2, 5, 10, 15, 30].flatMap((step) => [step, step * 60]).concat([1, 2, 3, 6, 12].map((hours) => hours * 3600)).sort((a, b) => a - b);
// Distances between the lines of the vertical axis: what its labels can say. Of counts there are no
// halves, bytes go by powers of two, seconds by minutes, hours and days.
const kSteps: Record<Steps, number[]> = { tenths: [0.1, 0.2, 0.5, ...kRound], whole: kRound, bytes: kPowers, seconds: [...kClock, ...kRound.map((days) => days * 86_400)] };
export type Steps = 'tenths' | 'whole' | 'bytes' | 'seconds';

// Two lines that round to the same label have it once.
function labels(texts: string[]): string[] {
  return texts.map((text, at) => (text === texts[at - 1] ? '' : text));
}

function clock(splits: number[]): string[] {
  const isLong = splits.length > 1 && splits[1]! - splits[0]! >= 60;
  return labels(splits.map((at) => new Date(at * 1000).toTimeString().slice(0, isLong ? 5 : 8)));
}

// Series with points at any times, as columns over the union of these times.
function columnsOf(series: Series[]): uPlot.AlignedData {
  const times = new Set<number>();
  for (const one of series) for (const [at] of one.points) times.add(at);
  const x = [...times].sort((a, b) => a - b);
  const ys = series.map((one) => {
    const values = new Map(one.points);
    return x.map((at) => values.get(at) ?? null);
  });
  return [x.map((at) => at / 1000), ...ys];
}

export function Chart(props: { title: string; series: Series[]; format: (value: number) => string; steps: Steps; height?: number }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>();
  const [theme] = useTheme();
  const names = props.series.map((one) => one.label).join('|');
  useEffect(() => {
    const element = place.current!;
    const style = getComputedStyle(element);
    const steps = kSteps[props.steps];
    const color = (name: string) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: color('--muted'),
      grid: { stroke: color('--line'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
    };
    const made = new uPlot(
      {
        width: element.clientWidth || 300,
        height: props.height ?? kHeight,
        legend: { show: false },
        padding: [6, 24, 0, 0],
        cursor: { points: { size: 5 } },
        scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] } },
        axes: [
          { ...axis, size: 30, gap: 8, space: 70, values: (_, splits) => clock(splits) },
          { ...axis, size: 58, gap: 4, incrs: steps, values: (_, splits) => labels(splits.map(props.format)) },
        ],
        series: [
          {},
          ...props.series.map((one) => ({
            label: one.label,
            stroke: color(`--series-${one.color}`),
            width: 1.5,
            points: { show: false },
          })),
        ],
      },
      columnsOf(props.series),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: props.height ?? kHeight }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [names, theme]);
  useEffect(() => plot.current?.setData(columnsOf(props.series)), [props.series]);
  return (
    <figure class="chart" aria-label={props.title}>
      <div ref={place} aria-hidden="true" />
      <figcaption>
        {props.series.map((one) => {
          const last = one.now ?? one.points.at(-1)?.[1];
          return (
            <span key={one.label} class="legend">
              <span class={`swatch series-${one.color}`} aria-hidden="true" />
              {one.label} <strong>{last === null || last === undefined ? '–' : props.format(last)}</strong>
            </span>
          );
        })}
      </figcaption>
    </figure>
  );
}
