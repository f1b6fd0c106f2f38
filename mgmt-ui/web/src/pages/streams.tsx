// Streams: how far they reach, what keeps them short, who reads them.

import { type Queue, rateOf } from '../api/types';
import { link } from '../route/route';
import { Facts, Panel } from '../ui/status';
import type { Column } from '../ui/table';
import { bytes, count, plural, rate, text, time } from '../ui/value';
import { VhostList } from './vhost_list';

const kSeconds: Record<string, number> = { Y: 365 * 86400, M: 30 * 86400, D: 86400, h: 3600, m: 60, s: 1 };

// "7D" as seconds; nothing for what is no such age.
function secondsOf(age: unknown): number | undefined {
  const parts = /^(\d+)([YMDhms])$/.exec(String(age));
  return parts ? Number(parts[1]) * kSeconds[parts[2]!]! : undefined;
}

interface Retention {
  age?: string;
  bytes?: number;
  segment?: number;
}

// Of an argument and a policy the smaller one counts.
export function retentionOf(queue: Queue): Retention {
  const policy = (Array.isArray(queue.effective_policy_definition) ? {} : queue.effective_policy_definition) ?? {};
  const asked = queue.arguments;
  const least = (...values: unknown[]) => {
    const numbers = values.filter((value): value is number => typeof value === 'number');
    return numbers.length ? Math.min(...numbers) : undefined;
  };
  const ages = [asked['x-max-age'], policy['max-age']].filter((age) => secondsOf(age) !== undefined) as string[];
  ages.sort((a, b) => secondsOf(a)! - secondsOf(b)!);
  const limit = least(asked['x-max-length-bytes'], policy['max-length-bytes']);
  const segment = least(asked['x-stream-max-segment-size-bytes'], policy['stream-max-segment-size-bytes']);
  return { ...(ages[0] && { age: ages[0] }), ...(limit !== undefined && { bytes: limit }), ...(segment !== undefined && { segment }) };
}

export function RetentionText(props: { queue: Queue }) {
  const { age, bytes: most } = retentionOf(props.queue);
  if (!age && most === undefined) return <span class="muted">keeps everything</span>;
  return <span>{[age && `age ${age}`, most !== undefined && `size ${bytes(most)}`].filter(Boolean).join(', ')}</span>;
}

export const readersOf = (queue: Queue): number => Object.values(queue.readers ?? {}).reduce((sum, one) => sum + one, 0);

// The offset of the newest message; a stream without any has none.
const lastOffset = (queue: Queue): number | undefined =>
  queue.next_offset !== undefined && queue.next_offset > (queue.first_offset ?? 0) ? queue.next_offset - 1 : undefined;

const kColumns: Column<Queue>[] = [
  { id: 'vhost', label: 'Virtual host', sort: 'vhost', cell: (one) => one.vhost },
  { id: 'name', label: 'Name', sort: 'name', cell: (one) => <div class="name"><a href={link(['streams', one.vhost, one.name])}>{one.name}</a></div> },
  { id: 'messages', label: 'Messages', sort: 'messages', number: true, cell: (one) => count(one.messages) },
  { id: 'first', label: 'First offset', number: true, cell: (one) => count(one.first_offset) },
  { id: 'last', label: 'Last offset', number: true, cell: (one) => count(lastOffset(one)) },
  { id: 'since', label: 'Reaches back to', cell: (one) => (one.first_timestamp ? time(one.first_timestamp) : '–') },
  { id: 'segments', label: 'Segments', number: true, cell: (one) => count(one.segments) },
  { id: 'bytes', label: 'Bytes', sort: 'message_bytes', number: true, shown: false, cell: (one) => bytes(one.message_bytes) },
  { id: 'retention', label: 'Retention', cell: (one) => <RetentionText queue={one} /> },
  { id: 'readers', label: 'Readers', sort: 'consumers', number: true, cell: (one) => count(readersOf(one)) },
  { id: 'in', label: 'In', sort: 'message_stats.publish_details.rate', number: true, cell: (one) => rate(rateOf(one.message_stats, 'publish') ?? 0) },
  { id: 'out', label: 'Out', sort: 'message_stats.deliver_get_details.rate', number: true, cell: (one) => rate(rateOf(one.message_stats, 'deliver_get') ?? 0) },
];

export function Streams() {
  return (
    <VhostList
      title="Streams"
      base="/queues"
      query={{ type: 'stream' }}
      columns={kColumns}
      rowKey={(one: Queue) => `${one.vhost}\n${one.name}`}
      empty="There is no stream here. A queue that is declared with the type stream is one."
    />
  );
}

// On the page of one stream.
export function StreamFacts(props: { queue: Queue }) {
  const { queue } = props;
  const { age, bytes: most, segment } = retentionOf(queue);
  return (
    <Panel title="Stream">
      <Facts
        facts={[
          ['First offset', count(queue.first_offset)],
          ['Last offset', count(lastOffset(queue))],
          ['Reaches back to', queue.first_timestamp ? time(queue.first_timestamp) : '–'],
          ['Segments', count(queue.segments)],
          ['Bytes', bytes(queue.message_bytes)],
          ['Kept by age', age ?? <span class="muted">any age</span>],
          ['Kept by size', most === undefined ? <span class="muted">any size</span> : bytes(most)],
          ['Largest segment', segment === undefined ? <span class="muted">default</span> : bytes(segment)],
          ['Readers', Object.entries(queue.readers ?? {}).filter(([, amount]) => amount > 0).map(([node, amount]) => `${plural(amount, 'reader')} on ${text(node)}`).join(', ') || 'none'],
        ]}
      />
    </Panel>
  );
}
