// Counters over time: the history that the server keeps, as charts.

import { withQuery } from '../api/client';
import { numberOf, type Rate, rateOf, type Stats } from '../api/types';
import { useQuery } from '../route/route';
import { Chart, type Series, type Steps } from '../ui/chart';
import { Panel } from '../ui/status';
import { bytes, count, duration, rate } from '../ui/value';

// Seconds of history, seconds between samples, name.
const kRanges: [age: number, increment: number, label: string][] = [
  [60, 5, 'last minute'],
  [600, 5, 'last 10 minutes'],
  [3600, 60, 'last hour'],
  [28800, 600, 'last 8 hours'],
  [86400, 1800, 'last day'],
];

export function useRange(): { age: number; increment: number; choice: preact.JSX.Element } {
  const [chosen, choose] = useQuery('range', '600');
  const [age, increment] = kRanges.find(([seconds]) => String(seconds) === chosen) ?? kRanges[1]!;
  const choice = (
    <label class="check">
      Charts
      <select value={String(age)} onChange={(event) => choose(event.currentTarget.value)}>
        {kRanges.map(([seconds, , label]) => (
          <option key={seconds} value={String(seconds)}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
  return { age, increment, choice };
}

export function withHistory(base: string, kinds: ('msg_rates' | 'lengths' | 'data_rates' | 'node_stats')[], range: { age: number; increment: number }): string {
  const query: Record<string, number> = {};
  for (const kind of kinds) {
    query[`${kind}_age`] = range.age;
    query[`${kind}_incr`] = range.increment;
  }
  return withQuery(base, query);
}

type Wanted = [counter: string, label: string, color: number];

function samplesOf(stats: Stats | undefined, counter: string) {
  const details = stats?.[`${counter}_details`] as Rate | undefined;
  return [...(details?.samples ?? [])].reverse();
}

// What grew between two samples, for each second.
export function rateSeries(stats: Stats | undefined, wanted: Wanted[]): Series[] {
  return wanted.flatMap(([counter, label, color]) => {
    const samples = samplesOf(stats, counter);
    if (samples.length < 2) return [];
    const points: [number, number][] = [];
    for (let i = 1; i < samples.length; ++i) {
      const [before, now] = [samples[i - 1]!, samples[i]!];
      const seconds = (now.timestamp - before.timestamp) / 1000;
      if (seconds > 0) points.push([now.timestamp, Math.max(0, (now.sample - before.sample) / seconds)]);
    }
    return [{ label, color, points, now: rateOf(stats, counter) }];
  });
}

export function valueSeries(stats: Stats | undefined, wanted: Wanted[]): Series[] {
  return wanted.flatMap(([counter, label, color]) => {
    const samples = samplesOf(stats, counter);
    if (samples.length < 2) return [];
    const points = samples.map((one) => [one.timestamp, one.sample] as [number, number]);
    return [{ label, color, points, now: numberOf(stats, counter) }];
  });
}

export const kLengths: Wanted[] = [
  ['messages', 'total', 6],
  ['messages_ready', 'ready', 2],
  ['messages_unacknowledged', 'unacked', 1],
];

export const kMessageRates: Wanted[] = [
  ['publish', 'publish', 2],
  ['confirm', 'confirm', 7],
  ['deliver', 'deliver (manual ack)', 1],
  ['deliver_no_ack', 'deliver (auto ack)', 6],
  ['get', 'get (manual ack)', 4],
  ['get_no_ack', 'get (auto ack)', 4],
  ['get_empty', 'get (empty)', 7],
  ['ack', 'ack', 3],
  ['redeliver', 'redelivered', 5],
  ['return_unroutable', 'unroutable (returned)', 5],
  ['drop_unroutable', 'unroutable (dropped)', 5],
];

// A counter of an object begins with it: what the history has of the time before is no value.
export function since(startedAt: number, series: Series[]): Series[] {
  return series.map((one) => ({ ...one, points: one.points.filter(([at]) => at >= startedAt) }));
}

// Series in which nothing happens only hide the others, except the first.
export function busy(series: Series[]): Series[] {
  const moving = series.filter((one) => one.points.some(([, value]) => value));
  return moving.length ? moving : series.slice(0, 1);
}

const kUnits: Record<string, [format: (value: number) => string, steps: Steps]> = {
  rate: [rate, 'tenths'],
  count: [count, 'whole'],
  bytes: [bytes, 'bytes'],
  'byte rate': [(value) => bytes(value) + '/s', 'bytes'],
  seconds: [(value) => duration(value * 1000), 'seconds'],
};

export function ChartPanel(props: { title: string; series: Series[]; unit: 'rate' | 'count' | 'bytes' | 'byte rate' | 'seconds' }) {
  const [format, steps] = kUnits[props.unit]!;
  return (
    <Panel title={props.title}>
      {props.series.length ? (
        <Chart title={props.title} series={props.series} format={format} steps={steps} />
      ) : (
        <p class="empty">No samples yet.</p>
      )}
    </Panel>
  );
}
