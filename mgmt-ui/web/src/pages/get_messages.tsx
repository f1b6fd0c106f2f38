// Messages taken from the head of a queue, as basic.get does.

import { useState } from 'preact/hooks';
import { coneyctl } from '../api/cli';
import { path } from '../api/client';
import type { GotMessage, Queue } from '../api/types';
import { ActionForm, ChoiceField, TextField } from '../ui/form';
import { Badge, Empty } from '../ui/status';
import { plural } from '../ui/value';
import { MessageView } from './message_view';

const kModes: [string, string][] = [
  ['ack_requeue_true', 'put them back (nack, requeue)'],
  ['ack_requeue_false', 'remove them (automatic ack)'],
  ['reject_requeue_true', 'put them back (reject, requeue)'],
  ['reject_requeue_false', 'remove them (reject)'],
];

export function GetMessages(props: { queue: Queue }) {
  const [mode, setMode] = useState('ack_requeue_true');
  const [amount, setAmount] = useState('1');
  const [got, setGot] = useState<GotMessage[]>();
  const takes = mode.endsWith('false');
  const { queue } = props;
  const wanted = Math.max(1, Math.floor(Number(amount)) || 1);
  const most = Math.min(wanted, queue.messages_ready ?? wanted);
  return (
    <>
      <ActionForm<GotMessage[]>
        submit={takes ? `Get and remove ${plural(most, 'message')}` : 'Get'}
        tone={takes ? 'danger' : 'primary'}
        action={() => ({
          method: 'POST',
          path: '/queues' + path(queue.vhost, queue.name) + '/get',
          body: { count: wanted, ackmode: mode, encoding: 'auto' },
          cli: coneyctl('get_messages', [queue.name], { p: queue.vhost, count: wanted, ackmode: mode }),
        })}
        done={setGot}
      >
        <ChoiceField label="Afterwards" value={mode} set={setMode} choices={kModes} />
        <TextField label="Messages" type="number" value={amount} set={setAmount} required />
      </ActionForm>
      {takes && (
        <p class="muted">
          <Badge tone="warn">removes</Badge> At most {plural(most, 'message')} would leave the queue{mode === 'reject_requeue_false' ? ', to its dead letter exchange if it has one' : ''}.
        </p>
      )}
      {got && got.length === 0 && <Empty>The queue has no ready message.</Empty>}
      {got?.map((message, index) => (
        <MessageView key={index} title={`Message ${index + 1}`} message={message} />
      ))}
      {got && got.length > 0 && <p class="muted more">{plural(got.at(-1)!.message_count, 'message')} more in the queue.</p>}
    </>
  );
}
