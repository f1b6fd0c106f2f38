// Messages that were delivered and are not settled, of a queue or of a channel: who has them, and for
// how long.

import { path, withQuery } from '../api/client';
import { useLive } from '../api/live';
import type { UnackedMessage } from '../api/types';
import { link } from '../route/route';
import { Age, Badge, Failure, Panel } from '../ui/status';
import { type Column, RowTable } from '../ui/table';
import { count, duration } from '../ui/value';
import { ChannelLink, QueueLink } from './links';

const kRows = 200;

export interface Unacked {
  messages: UnackedMessage[];
  more: boolean;
}

export const unackedPath = (vhost: string, queue: string, limit: number): string =>
  withQuery('/coney/queues' + path(vhost, queue) + '/unacked', { limit });

function columnsFor(of: 'queue' | 'channel'): Column<UnackedMessage>[] {
  const other: Column<UnackedMessage>[] =
    of === 'channel'
      ? [{ id: 'queue', label: 'Queue', key: (one) => one.queue, cell: (one) => <div class="name"><QueueLink vhost={one.vhost} name={one.queue} /></div> }]
      : [
          { id: 'channel', label: 'Channel', key: (one) => one.channel, cell: (one) => <div class="name"><ChannelLink name={one.channel} /></div> },
          { id: 'user', label: 'User', key: (one) => one.user, cell: (one) => one.user },
        ];
  return [
    { id: 'age', label: 'For', number: true, key: (one) => one.age, cell: (one) => duration(one.age * 1000) },
    { id: 'timeout', label: 'At most', number: true, key: (one) => one.timeout ?? Infinity, title: 'after which its channel is closed', cell: (one) => (one.timeout === null ? '∞' : duration(one.timeout)) },
    { id: 'position', label: 'Position', number: true, key: (one) => one.position, cell: (one) => <a href={link(['messages', one.vhost, one.queue], { from: one.cursor, open: one.cursor })}>{count(one.position)}</a> },
    { id: 'consumer', label: 'Consumer', key: (one) => one.consumer_tag ?? '', cell: (one) => (one.consumer_tag === null ? <span class="muted">basic.get</span> : <code>{one.consumer_tag}</code>) },
    ...other,
    { id: 'tag', label: 'Delivery tag', number: true, key: (one) => one.delivery_tag, cell: (one) => <>{count(one.delivery_tag)}{one.in_transaction && <Badge>tx</Badge>}</> },
  ];
}

export function UnackedOfQueue(props: { vhost: string; queue: string }) {
  return <UnackedPanel where={unackedPath(props.vhost, props.queue, kRows)} of="queue" />;
}

export function UnackedOfChannel(props: { channel: string }) {
  return <UnackedPanel where={withQuery('/coney/channels' + path(props.channel) + '/unacked', { limit: kRows })} of="channel" />;
}

function UnackedPanel(props: { where: string; of: 'queue' | 'channel' }) {
  const live = useLive<Unacked>(props.where);
  const rows = live.data && [...live.data.messages].sort((a, b) => b.age - a.age);
  return (
    <Panel title="Delivered and not settled, the oldest first" aside={<Age readAt={live.readAt} error={live.error} />}>
      {!live.data && <Failure error={live.error} />}
      <RowTable
        label="Unacked messages"
        rows={rows}
        rowKey={(one) => `${one.channel} ${one.delivery_tag}`}
        empty="At this moment every message that was delivered is settled."
        columns={columnsFor(props.of)}
      />
      {live.data?.more && <p class="muted">The first {count(kRows)} are shown.</p>}
    </Panel>
  );
}
