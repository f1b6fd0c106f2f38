import { useState } from 'preact/hooks';
import { coneyctl, jsonOption } from '../api/cli';
import { path } from '../api/client';
import { useLive } from '../api/live';
import { type Exchange, type Overview, rateOf } from '../api/types';
import { go, link } from '../route/route';
import { mayDeclareIn, vhostsWith } from '../session/session';
import { DialogButton } from '../ui/dialog';
import { ActionForm, type Argument, argumentsOf, ArgumentsField, CheckField, ChoiceField, TextField } from '../ui/form';
import { Badge } from '../ui/status';
import type { Column } from '../ui/table';
import { say } from '../ui/toast';
import { rate } from '../ui/value';
import { ExchangeLink } from './links';
import { VhostList } from './vhost_list';

function Features(props: { exchange: Exchange }) {
  const { exchange } = props;
  return (
    <>
      {exchange.durable && <Badge title="survives a restart">durable</Badge>}
      {exchange.auto_delete && <Badge title="is deleted with its last binding">auto-delete</Badge>}
      {exchange.internal && <Badge title="takes messages from exchanges alone">internal</Badge>}
      {exchange.policy && (
        <Badge tone="info" title="policy">
          {exchange.policy}
        </Badge>
      )}
    </>
  );
}

const kColumns: Column<Exchange>[] = [
  { id: 'vhost', label: 'Virtual host', sort: 'vhost', cell: (exchange) => exchange.vhost },
  { id: 'name', label: 'Name', sort: 'name', cell: (exchange) => <div class="name"><ExchangeLink vhost={exchange.vhost} name={exchange.name} /></div> },
  { id: 'type', label: 'Type', sort: 'type', cell: (exchange) => exchange.type },
  { id: 'features', label: 'Features', cell: (exchange) => <Features exchange={exchange} /> },
  { id: 'in', label: 'In', sort: 'message_stats.publish_in_details.rate', number: true, title: 'messages published to it a second', cell: (exchange) => rate(rateOf(exchange.message_stats, 'publish_in') ?? 0) },
  { id: 'out', label: 'Out', sort: 'message_stats.publish_out_details.rate', number: true, title: 'messages that it gave to queues a second', cell: (exchange) => rate(rateOf(exchange.message_stats, 'publish_out') ?? 0) },
];

const kUsualTypes = ['direct', 'fanout', 'topic', 'headers'];

function useExchangeTypes(): string[] {
  const overview = useLive<Overview>('/overview?disable_stats=true', { once: true });
  const types = overview.data?.exchange_types?.filter((type) => !type.internal_purpose && type.enabled !== false);
  return types?.length ? types.map((type) => type.name) : kUsualTypes;
}

function DeclareExchange(props: { vhost: string; close: () => void }) {
  const vhosts = vhostsWith('configure');
  const types = useExchangeTypes();
  const [vhost, setVhost] = useState(props.vhost || vhosts[0] || '/');
  const [name, setName] = useState('');
  const [type, setType] = useState('direct');
  const [isDurable, setDurable] = useState(true);
  const [isAutoDelete, setAutoDelete] = useState(false);
  const [isInternal, setInternal] = useState(false);
  const [rows, setRows] = useState<Argument[]>([]);
  return (
    <ActionForm
      submit="Declare"
      cancel={props.close}
      action={() => {
        const body = { durable: isDurable, auto_delete: isAutoDelete, internal: isInternal, arguments: argumentsOf(rows) };
        const cli = coneyctl('declare_exchange', [name, type], { p: vhost, ...body, arguments: jsonOption(body.arguments) });
        return { method: 'PUT', path: '/exchanges' + path(vhost, name), body: { type, ...body }, cli };
      }}
      done={() => {
        props.close();
        say(`Exchange ${name} is declared.`);
        go(link(['exchanges', vhost, name]));
      }}
    >
      {vhosts.length > 1 && <ChoiceField label="Virtual host" value={vhost} set={setVhost} choices={vhosts} />}
      <TextField label="Name" value={name} set={setName} required autoFocus />
      <ChoiceField label="Type" value={type} set={setType} choices={types} />
      <ChoiceField
        label="Durability"
        value={isDurable ? 'durable' : 'transient'}
        set={(value) => setDurable(value === 'durable')}
        choices={[['durable', 'durable: survives a restart'], ['transient', 'transient']]}
      />
      <CheckField label="Auto-delete" value={isAutoDelete} set={setAutoDelete} hint="Deleted with its last binding." />
      <CheckField label="Internal" value={isInternal} set={setInternal} hint="Clients cannot publish to it." />
      <ArgumentsField label="Arguments" rows={rows} set={setRows} known={{ 'alternate-exchange': 'text' }} />
    </ActionForm>
  );
}

export function Exchanges() {
  return (
    <VhostList
      title="Exchanges"
      base="/exchanges"
      columns={kColumns}
      rowKey={(exchange: Exchange) => `${exchange.vhost}\n${exchange.name}`}
      empty="There is no exchange here."
      actions={(vhost) =>
        mayDeclareIn(vhost) && (
          <DialogButton label="Declare an exchange" tone="primary" wide>
            {(close) => <DeclareExchange vhost={vhost} close={close} />}
          </DialogButton>
        )
      }
    />
  );
}
