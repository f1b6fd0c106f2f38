import type { Consumer } from '../api/types';
import { Badge, Table, YesNo } from '../ui/status';
import { type Column, RowTable } from '../ui/table';
import { count, duration } from '../ui/value';
import { CancelConsumer } from './cancel_consumer';
import { ChannelLink, QueueLink } from './links';
import { VhostList } from './vhost_list';

const kColumns: Column<Consumer>[] = [
  { id: 'vhost', label: 'Virtual host', sort: 'queue.vhost', cell: (one) => one.queue.vhost },
  { id: 'queue', label: 'Queue', sort: 'queue.name', key: (one) => one.queue.name, cell: (one) => <div class="name"><QueueLink vhost={one.queue.vhost} name={one.queue.name} /></div> },
  { id: 'tag', label: 'Tag', sort: 'consumer_tag', key: (one) => one.consumer_tag, cell: (one) => <div class="tag"><code>{one.consumer_tag}</code></div> },
  { id: 'channel', label: 'Channel', sort: 'channel_details.name', key: (one) => one.channel_details?.name ?? '', cell: (one) => <div class="name endpoints"><ChannelLink name={one.channel_details?.name} /></div> },
  { id: 'user', label: 'User', sort: 'channel_details.user', cell: (one) => one.channel_details?.user ?? '–' },
  { id: 'ack', label: 'Acks', sort: 'ack_required', cell: (one) => (one.ack_required ? 'manual' : 'automatic') },
  { id: 'exclusive', label: 'Exclusive', sort: 'exclusive', cell: (one) => <YesNo value={one.exclusive} /> },
  { id: 'prefetch', label: 'Prefetch', sort: 'prefetch_count', key: (one) => one.prefetch_count, number: true, cell: (one) => (one.prefetch_count ? count(one.prefetch_count) : '∞') },
  { id: 'active', label: 'Activity', sort: 'activity_status', cell: (one) => <Badge tone={one.active === false ? 'quiet' : 'good'}>{(one.activity_status ?? 'up').replaceAll('_', ' ')}</Badge> },
  { id: 'timeout', label: 'Timeout', sort: 'consumer_timeout', number: true, shown: false, title: 'how long it may hold a message without an ack', cell: (one) => duration(one.consumer_timeout) },
  { id: 'arguments', label: 'Arguments', cell: (one) => <Table value={one.arguments} /> },
  { id: 'actions', label: '', cell: (one) => <CancelConsumer consumer={one} /> },
];

// Of one queue or one channel, without the columns that would be the same in each row.
export function ConsumerRows(props: { rows: Consumer[] | undefined; without: string[]; empty: string }) {
  return (
    <RowTable
      label="Consumers"
      rows={props.rows ?? []}
      rowKey={(one) => `${one.channel_details?.name}\n${one.consumer_tag}`}
      empty={props.empty}
      columns={kColumns.filter((column) => column.shown !== false && !props.without.includes(column.id))}
    />
  );
}

export function Consumers() {
  return (
    <VhostList
      title="Consumers"
      base="/consumers"
      columns={kColumns}
      rowKey={(one: Consumer) => `${one.channel_details?.name}\n${one.queue.vhost}\n${one.queue.name}\n${one.consumer_tag}`}
      sort="queue"
      empty="Nobody consumes."
    />
  );
}
