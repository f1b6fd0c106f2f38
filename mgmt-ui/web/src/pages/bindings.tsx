// Bindings of a queue or an exchange, each way.

import { useState } from 'preact/hooks';
import { coneyctl, jsonOption } from '../api/cli';
import { path } from '../api/client';
import type { Binding } from '../api/types';
import { exchangeSegment } from '../route/route';
import { may } from '../session/session';
import { ConfirmButton } from '../ui/dialog';
import { ActionForm, type Argument, argumentsOf, ArgumentsField, ChoiceField, TextField } from '../ui/form';
import { Table } from '../ui/status';
import { type Column, RowTable } from '../ui/table';
import { say } from '../ui/toast';
import { ExchangeLink, exchangeTitle, QueueLink } from './links';

function bindingPath(binding: Pick<Binding, 'vhost' | 'source' | 'destination' | 'destination_type'>): string {
  const kind = binding.destination_type === 'queue' ? 'q' : 'e';
  return '/bindings' + path(binding.vhost) + '/e' + path(exchangeSegment(binding.source)) + '/' + kind + path(binding.destination);
}

function Unbind(props: { binding: Binding }) {
  const { binding } = props;
  if (binding.source === '') return null; // every queue has it
  if (!may('write', binding.vhost, binding.destination) || !may('read', binding.vhost, binding.source)) return null;
  return (
    <ConfirmButton
      small
      label="Unbind"
      title="Unbind?"
      said="The binding is gone."
      // The properties key is an address part as it stands; it is escaped once more for the path.
      action={{
        method: 'DELETE',
        path: bindingPath(binding) + path(binding.properties_key),
        cli: coneyctl(`unbind_${binding.destination_type}`, [binding.source, binding.destination, binding.properties_key], { p: binding.vhost }),
      }}
      what={
        <p>
          <strong>1 binding</strong> would be deleted: {exchangeTitle(binding.source)} to {binding.destination}, routing key{' '}
          <code>{binding.routing_key || '(empty)'}</code>.
        </p>
      }
    />
  );
}

export function BindingsTable(props: { bindings: Binding[] | undefined; shows: 'source' | 'destination' }) {
  const other: Column<Binding> =
    props.shows === 'source'
      ? { id: 'from', label: 'From', key: (one) => one.source, cell: (one) => <ExchangeLink vhost={one.vhost} name={one.source} /> }
      : {
          id: 'to',
          label: 'To',
          key: (one) => one.destination,
          cell: (one) =>
            one.destination_type === 'queue' ? (
              <>
                queue <QueueLink vhost={one.vhost} name={one.destination} />
              </>
            ) : (
              <>
                exchange <ExchangeLink vhost={one.vhost} name={one.destination} />
              </>
            ),
        };
  return (
    <RowTable
      label={props.shows === 'source' ? 'Bindings from' : 'Bindings to'}
      rows={props.bindings}
      rowKey={(one) => `${one.source}\n${one.destination_type}\n${one.destination}\n${one.properties_key}`}
      empty="No bindings."
      columns={[
        other,
        { id: 'key', label: 'Routing key', key: (one) => one.routing_key, cell: (one) => <code>{one.routing_key}</code> },
        { id: 'arguments', label: 'Arguments', cell: (one) => <Table value={one.arguments} /> },
        { id: 'actions', label: '', cell: (one) => <Unbind binding={one} /> },
      ]}
    />
  );
}

export function AddBinding(props: {
  vhost: string;
  source?: string;
  destination?: string;
  destinationType: 'queue' | 'exchange';
  close: () => void;
}) {
  const [other, setOther] = useState('');
  const [type, setType] = useState(props.destinationType);
  const [key, setKey] = useState('');
  const [rows, setRows] = useState<Argument[]>([]);
  const source = props.source ?? other;
  const destination = props.destination ?? other;
  return (
    <ActionForm
      submit="Bind"
      cancel={props.close}
      action={() => ({
        method: 'POST',
        path: bindingPath({ vhost: props.vhost, source, destination, destination_type: type }),
        body: { routing_key: key, arguments: argumentsOf(rows) },
        cli: coneyctl(`bind_${type}`, [source, destination], { p: props.vhost, 'routing-key': key, arguments: jsonOption(argumentsOf(rows)) }),
      })}
      done={() => {
        props.close();
        say(`${exchangeTitle(source)} is bound to ${destination}.`);
      }}
    >
      {props.source !== undefined && (
        <ChoiceField label="To" value={type} set={(value) => setType(value as 'queue' | 'exchange')} choices={['queue', 'exchange']} />
      )}
      <TextField
        label={props.source === undefined ? 'From exchange' : `Name of the ${type}`}
        value={other}
        set={setOther}
        required
        autoFocus
      />
      <TextField label="Routing key" value={key} set={setKey} />
      <ArgumentsField label="Arguments" rows={rows} set={setRows} known={{ 'x-match': 'text' }} hint="Headers exchanges match on these." />
    </ActionForm>
  );
}
