import { type Queue, rateOf } from '../api/types';
import { mayDeclareIn } from '../session/session';
import { DialogButton } from '../ui/dialog';
import { Badge, State } from '../ui/status';
import type { Column } from '../ui/table';
import { bytes, count, percent, rate } from '../ui/value';
import { DeclareQueue } from './declare_queue';
import { QueueLink } from './links';
import { VhostList } from './vhost_list';

export function QueueFeatures(props: { queue: Queue }) {
  const { queue } = props;
  const dlx = queue.arguments['x-dead-letter-exchange'];
  return (
    <>
      {queue.durable && <Badge title="survives a restart">durable</Badge>}
      {queue.auto_delete && <Badge title="is deleted with its last consumer">auto-delete</Badge>}
      {queue.exclusive && <Badge title="belongs to one connection">exclusive</Badge>}
      {typeof dlx === 'string' && <Badge title={`dead letters go to ${dlx || 'the default exchange'}`}>dead letters</Badge>}
      {queue.policy && <Badge tone="info" title="policy">{queue.policy}</Badge>}
      {queue.operator_policy && <Badge tone="info" title="operator policy">{queue.operator_policy}</Badge>}
    </>
  );
}

const kColumns: Column<Queue>[] = [
  { id: 'vhost', label: 'Virtual host', sort: 'vhost', cell: (queue) => queue.vhost },
  { id: 'name', label: 'Name', sort: 'name', cell: (queue) => <div class="name"><QueueLink vhost={queue.vhost} name={queue.name} /></div> },
  { id: 'type', label: 'Type', sort: 'type', cell: (queue) => queue.type ?? '–' },
  { id: 'features', label: 'Features', cell: (queue) => <QueueFeatures queue={queue} /> },
  { id: 'state', label: 'State', sort: 'state', cell: (queue) => <State state={queue.state} /> },
  { id: 'ready', label: 'Ready', sort: 'messages_ready', number: true, cell: (queue) => count(queue.messages_ready) },
  { id: 'unacked', label: 'Unacked', sort: 'messages_unacknowledged', number: true, cell: (queue) => count(queue.messages_unacknowledged) },
  { id: 'total', label: 'Total', sort: 'messages', number: true, cell: (queue) => count(queue.messages) },
  { id: 'consumers', label: 'Consumers', sort: 'consumers', number: true, cell: (queue) => count(queue.consumers) },
  { id: 'capacity', label: 'Capacity', sort: 'consumer_capacity', number: true, shown: false, title: 'how much of the time the queue could deliver at once', cell: (queue) => (queue.consumers ? percent(queue.consumer_capacity) : '–') },
  { id: 'bytes', label: 'Bytes', sort: 'message_bytes', number: true, shown: false, cell: (queue) => bytes(queue.message_bytes) },
  { id: 'memory', label: 'Memory', sort: 'memory', number: true, shown: false, cell: (queue) => bytes(queue.memory) },
  { id: 'in', label: 'In', sort: 'message_stats.publish_details.rate', number: true, title: 'messages published to it a second', cell: (queue) => rate(rateOf(queue.message_stats, 'publish') ?? 0) },
  { id: 'out', label: 'Out', sort: 'message_stats.deliver_get_details.rate', number: true, title: 'messages delivered and got a second', cell: (queue) => rate(rateOf(queue.message_stats, 'deliver_get') ?? 0) },
  { id: 'ack', label: 'Ack', sort: 'message_stats.ack_details.rate', number: true, cell: (queue) => rate(rateOf(queue.message_stats, 'ack') ?? 0) },
];

export function Queues() {
  return (
    <VhostList
      title="Queues"
      base="/queues"
      columns={kColumns}
      rowKey={(queue: Queue) => `${queue.vhost}\n${queue.name}`}
      empty="There is no queue here yet."
      actions={(vhost) =>
        mayDeclareIn(vhost) && (
          <DialogButton label="Declare a queue" tone="primary" wide>
            {(close) => <DeclareQueue vhost={vhost} close={close} />}
          </DialogButton>
        )
      }
    />
  );
}
