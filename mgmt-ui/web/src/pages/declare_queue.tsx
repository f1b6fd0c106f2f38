import { useState } from 'preact/hooks';
import { coneyctl, jsonOption } from '../api/cli';
import { path } from '../api/client';
import { go, link } from '../route/route';
import { vhostsWith } from '../session/session';
import { ActionForm, type Argument, argumentsOf, ArgumentsField, CheckField, ChoiceField, TextField } from '../ui/form';
import { say } from '../ui/toast';

export const kQueueArguments: Record<string, 'text' | 'number' | 'boolean' | 'json'> = {
  'x-message-ttl': 'number',
  'x-expires': 'number',
  'x-max-length': 'number',
  'x-max-length-bytes': 'number',
  'x-overflow': 'text',
  'x-dead-letter-exchange': 'text',
  'x-dead-letter-routing-key': 'text',
  'x-dead-letter-strategy': 'text',
  'x-single-active-consumer': 'boolean',
  'x-max-priority': 'number',
  'x-delivery-limit': 'number',
  'x-consumer-timeout': 'number',
  'x-max-age': 'text',
  'x-stream-max-segment-size-bytes': 'number',
};

export function DeclareQueue(props: { vhost: string; close: () => void }) {
  const vhosts = vhostsWith('configure');
  const [vhost, setVhost] = useState(props.vhost || vhosts[0] || '/');
  const [name, setName] = useState('');
  const [type, setType] = useState('');
  const [isDurable, setDurable] = useState(true);
  const [isAutoDelete, setAutoDelete] = useState(false);
  const [rows, setRows] = useState<Argument[]>([]);
  const isPlain = type === '' || type === 'classic';
  return (
    <ActionForm
      submit="Declare"
      cancel={props.close}
      action={() => {
        const body = {
          durable: !isPlain || isDurable,
          auto_delete: isPlain && isAutoDelete,
          arguments: { ...(type && { 'x-queue-type': type }), ...argumentsOf(rows) },
        };
        const cli = coneyctl('declare_queue', [name], { p: vhost, ...body, arguments: jsonOption(body.arguments) });
        return { method: 'PUT', path: '/queues' + path(vhost, name), body, cli };
      }}
      done={() => {
        props.close();
        say(`Queue ${name} is declared.`);
        go(link(['queues', vhost, name]));
      }}
    >
      {vhosts.length > 1 && <ChoiceField label="Virtual host" value={vhost} set={setVhost} choices={vhosts} />}
      <TextField label="Name" value={name} set={setName} required autoFocus />
      <ChoiceField
        label="Type"
        value={type}
        set={setType}
        choices={[['', 'default of the virtual host'], 'classic', 'quorum', 'stream']}
      />
      {isPlain && (
        <ChoiceField
          label="Durability"
          value={isDurable ? 'durable' : 'transient'}
          set={(value) => setDurable(value === 'durable')}
          choices={[['durable', 'durable: survives a restart'], ['transient', 'transient']]}
        />
      )}
      {isPlain && <CheckField label="Auto-delete" value={isAutoDelete} set={setAutoDelete} hint="Deleted when its last consumer goes." />}
      <ArgumentsField label="Arguments" rows={rows} set={setRows} known={kQueueArguments} hint="Policies can set most of these, and change them later." />
    </ActionForm>
  );
}
