// The messages of a queue that consumers have and have not settled: who, and for how long.

import { path, withQuery } from '../api/client';
import { useLive } from '../api/live';
import type { UnackedMessage } from '../api/types';
import { link } from '../route/route';
import { Age, Badge, Failure, Panel } from '../ui/status';
import { RowTable } from '../ui/table';
import { count, duration } from '../ui/value';
import { ChannelLink } from './links';

const kRows = 200;

export interface Unacked {
  messages: UnackedMessage[];
  more: boolean;
}

export const unackedPath = (vhost: string, queue: string, limit: number): string =>
  withQuery('/coney/queues' + path(vhost, queue) + '/unacked', { limit });

export function UnackedMessages(props: { vhost: string; queue: string }) {
  const live = useLive<Unacked>(unackedPath(props.vhost, props.queue, kRows));
  const rows = live.data && [...live.data.messages].sort((a, b) => b.age - a.age);
  return (
    <Panel title="With consumers, the oldest first" aside={<Age readAt={live.readAt} error={live.error} />}>
      {!live.data && <Failure error={live.error} />}
      <RowTable
        label="Unacked messages"
        rows={rows}
        rowKey={(one) => `${one.channel} ${one.delivery_tag}`}
        empty="Every message that was delivered is settled."
        columns={[
          { id: 'age', label: 'For', number: true, key: (one) => one.age, cell: (one) => duration(one.age * 1000) },
          { id: 'position', label: 'Position', number: true, key: (one) => one.position, cell: (one) => <a href={link(['messages', props.vhost, props.queue], { from: one.cursor, open: one.cursor })}>{count(one.position)}</a> },
          { id: 'consumer', label: 'Consumer', key: (one) => one.consumer_tag ?? '', cell: (one) => (one.consumer_tag === null ? <span class="muted">basic.get</span> : <code>{one.consumer_tag}</code>) },
          { id: 'channel', label: 'Channel', key: (one) => one.channel, cell: (one) => <div class="name"><ChannelLink name={one.channel} /></div> },
          { id: 'user', label: 'User', key: (one) => one.user, cell: (one) => one.user },
          { id: 'tag', label: 'Delivery tag', number: true, key: (one) => one.delivery_tag, cell: (one) => <>{count(one.delivery_tag)}{one.in_transaction && <Badge>tx</Badge>}</> },
        ]}
      />
      {live.data?.more && <p class="muted">The first {count(kRows)} are shown.</p>}
    </Panel>
  );
}
