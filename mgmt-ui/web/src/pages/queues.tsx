import { type Queue, rateOf, settingOf } from '../api/types';
import { mayDeclareIn } from '../session/session';
import { DialogButton } from '../ui/dialog';
import { Badge, State } from '../ui/status';
import type { Column } from '../ui/table';
import { bytes, count, percent, rate, text } from '../ui/value';
import { DeclareQueue } from './declare_queue';
import { QueueLink } from './links';
import { VhostList } from './vhost_list';

// What RabbitMQ's list has as well, by the same letters.
const kShort: [setting: string, label: string][] = [
  ['message-ttl', 'TTL'],
  ['expires', 'Exp'],
  ['max-length', 'Lim'],
  ['max-length-bytes', 'Lim B'],
  ['max-age', 'Age'],
  ['overflow', 'Ovfl'],
  ['dead-letter-exchange', 'DLX'],
  ['dead-letter-routing-key', 'DLK'],
  ['max-priority', 'Pri'],
  ['single-active-consumer', 'SAC'],
  ['delivery-limit', 'DlL'],
];

export function QueueFeatures(props: { queue: Queue }) {
  const { queue } = props;
  return (
    <>
      {queue.durable && <Badge title="survives a restart">durable</Badge>}
      {queue.auto_delete && <Badge title="is deleted with its last consumer">auto-delete</Badge>}
      {queue.exclusive && <Badge title="belongs to one connection">exclusive</Badge>}
      {kShort.map(([name, label]) => {
        const value = settingOf(queue, name);
        return value === undefined ? null : <Badge key={label} title={`${name}: ${text(value)}`}>{label}</Badge>;
      })}
      {queue.policy && <Badge tone="info" title="policy">{queue.policy}</Badge>}
      {queue.operator_policy && <Badge tone="info" title="operator policy">{queue.operator_policy}</Badge>}
    </>
  );
}

export function QueueState(props: { queue: Queue }) {
  const { paused, idle_since: idleSince, state } = props.queue;
  if (paused) return <Badge tone="warn" title="consumers get nothing until it is resumed">paused</Badge>;
  return <State state={state} idleSince={idleSince} />;
}

const kColumns: Column<Queue>[] = [
  { id: 'vhost', label: 'Virtual host', sort: 'vhost', cell: (queue) => queue.vhost },
  { id: 'name', label: 'Name', sort: 'name', cell: (queue) => <div class="name"><QueueLink vhost={queue.vhost} name={queue.name} /></div> },
  { id: 'type', label: 'Type', sort: 'type', cell: (queue) => queue.type ?? '–' },
  { id: 'features', label: 'Features', cell: (queue) => <div class="features"><QueueFeatures queue={queue} /></div> },
  { id: 'node', label: 'Node', sort: 'node', shown: false, cell: (queue) => queue.node ?? '–' },
  { id: 'policy', label: 'Policy', sort: 'policy', shown: false, cell: (queue) => queue.policy ?? <span class="muted">none</span> },
  { id: 'state', label: 'State', sort: 'idle_since', cell: (queue) => <QueueState queue={queue} /> },
  { id: 'ready', label: 'Ready', sort: 'messages_ready', number: true, cell: (queue) => count(queue.messages_ready) },
  { id: 'unacked', label: 'Unacked', sort: 'messages_unacknowledged', number: true, cell: (queue) => count(queue.messages_unacknowledged) },
  { id: 'total', label: 'Total', sort: 'messages', number: true, cell: (queue) => count(queue.messages) },
  { id: 'consumers', label: 'Consumers', sort: 'consumers', number: true, cell: (queue) => count(queue.consumers) },
  { id: 'capacity', label: 'Capacity', sort: 'consumer_capacity', number: true, shown: false, title: 'how much of the time the queue could deliver at once', cell: (queue) => (queue.consumers ? percent(queue.consumer_capacity) : '–') },
  { id: 'bytes', label: 'Bytes', sort: 'message_bytes', number: true, shown: false, cell: (queue) => bytes(queue.message_bytes) },
  { id: 'bytes-ready', label: 'Bytes ready', sort: 'message_bytes_ready', number: true, shown: false, cell: (queue) => bytes(queue.message_bytes_ready) },
  { id: 'bytes-unacked', label: 'Bytes unacked', sort: 'message_bytes_unacknowledged', number: true, shown: false, cell: (queue) => bytes(queue.message_bytes_unacknowledged) },
  { id: 'in-memory', label: 'In memory', sort: 'messages_ram', number: true, shown: false, cell: (queue) => count(queue.messages_ram) },
  { id: 'persistent', label: 'Persistent', sort: 'messages_persistent', number: true, shown: false, cell: (queue) => count(queue.messages_persistent) },
  { id: 'memory', label: 'Memory', sort: 'memory', number: true, shown: false, cell: (queue) => bytes(queue.memory) },
  { id: 'in', label: 'In', sort: 'message_stats.publish_details.rate', number: true, title: 'messages published to it a second', cell: (queue) => rate(rateOf(queue.message_stats, 'publish') ?? 0) },
  { id: 'out', label: 'Out', sort: 'message_stats.deliver_get_details.rate', number: true, title: 'messages delivered and got a second', cell: (queue) => rate(rateOf(queue.message_stats, 'deliver_get') ?? 0) },
  { id: 'redelivered', label: 'Redelivered', sort: 'message_stats.redeliver_details.rate', number: true, shown: false, cell: (queue) => rate(rateOf(queue.message_stats, 'redeliver') ?? 0) },
  { id: 'dead', label: 'Dead letters', sort: 'message_stats.dead_letter_details.rate', number: true, shown: false, title: 'messages that die in it a second', cell: (queue) => rate(rateOf(queue.message_stats, 'dead_letter') ?? 0) },
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
