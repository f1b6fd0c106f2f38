import { useState } from 'preact/hooks';
import { path } from '../api/client';
import { useLive } from '../api/live';
import type { Channel, Connection } from '../api/types';
import { go, link } from '../route/route';
import { isAdministrator, whoami } from '../session/session';
import { DialogButton } from '../ui/dialog';
import { ActionForm, TextField } from '../ui/form';
import { Badge, Facts, Panel, State, Table } from '../ui/status';
import type { Column } from '../ui/table';
import { say } from '../ui/toast';
import { bytes, count, duration, plural, time } from '../ui/value';
import { ChannelRows } from './channels';
import { Figures } from './figures';
import { ConnectionLink } from './links';
import { ObjectPage } from './object_page';
import { ChartPanel, rateSeries, since, useRange, withHistory } from './rates';
import { VhostList } from './vhost_list';

const client = (connection: Connection) => {
  const { product, version, platform } = connection.client_properties ?? {};
  return [product, version, platform && `(${String(platform)})`].filter(Boolean).join(' ');
};

const kColumns: Column<Connection>[] = [
  { id: 'vhost', label: 'Virtual host', sort: 'vhost', cell: (one) => one.vhost },
  {
    id: 'name',
    label: 'Name',
    sort: 'name',
    cell: (one) => (
      <div class="name endpoints">
        <ConnectionLink name={one.name}>{one.user_provided_name || one.name}</ConnectionLink>
        {one.user_provided_name && <div class="muted">{one.name}</div>}
      </div>
    ),
  },
  { id: 'user', label: 'User', sort: 'user', cell: (one) => one.user },
  { id: 'state', label: 'State', sort: 'state', cell: (one) => <State state={one.state} /> },
  { id: 'tls', label: 'TLS', sort: 'ssl', cell: (one) => (one.ssl ? <Badge tone="good">TLS</Badge> : <span class="muted">no</span>) },
  { id: 'protocol', label: 'Protocol', sort: 'protocol', shown: false, cell: (one) => one.protocol },
  { id: 'client', label: 'Client', cell: (one) => client(one) },
  { id: 'node', label: 'Node', sort: 'node', shown: false, cell: (one) => one.node ?? '–' },
  { id: 'login', label: 'Login', sort: 'auth_mechanism', shown: false, cell: (one) => one.auth_mechanism ?? '–' },
  { id: 'channels', label: 'Channels', sort: 'channels', number: true, cell: (one) => count(one.channels) },
  { id: 'in', label: 'From client', sort: 'recv_oct_details.rate', number: true, cell: (one) => bytes(one.recv_oct_details?.rate ?? 0) + '/s' },
  { id: 'out', label: 'To client', sort: 'send_oct_details.rate', number: true, cell: (one) => bytes(one.send_oct_details?.rate ?? 0) + '/s' },
  { id: 'received', label: 'From client in all', sort: 'recv_oct', number: true, shown: false, cell: (one) => bytes(one.recv_oct) },
  { id: 'sent', label: 'To client in all', sort: 'send_oct', number: true, shown: false, cell: (one) => bytes(one.send_oct) },
  { id: 'heartbeat', label: 'Heartbeat', sort: 'timeout', number: true, shown: false, cell: (one) => (one.timeout ? `${one.timeout}s` : 'none') },
  { id: 'frame', label: 'Frame size', sort: 'frame_max', number: true, shown: false, cell: (one) => bytes(one.frame_max) },
  { id: 'most', label: 'Most channels', sort: 'channel_max', number: true, shown: false, cell: (one) => count(one.channel_max) },
  { id: 'connected', label: 'Connected', sort: 'connected_at', shown: false, cell: (one) => time(one.connected_at) },
];

export function Connections() {
  return (
    <VhostList
      title="Connections"
      base="/connections"
      ofVhost={(vhost) => '/vhosts' + path(vhost) + '/connections'}
      columns={kColumns}
      rowKey={(one: Connection) => one.name}
      empty="Nobody is connected."
    />
  );
}

function CloseForm(props: { connection: Connection; close: () => void }) {
  const { connection, close } = props;
  const [reason, setReason] = useState('');
  return (
    <ActionForm
      submit="Close"
      tone="danger"
      cancel={close}
      action={() => ({
        method: 'DELETE',
        path: '/connections' + path(connection.name),
        ...(reason && { headers: { 'x-reason': reason } }),
        cli: ['close_connection', connection.name, reason || 'closed by an operator'],
      })}
      done={() => {
        close();
        say('The connection is closed.');
        go(link(['connections']));
      }}
    >
      <p class="wide">
        <strong>{plural(connection.channels ?? 0, 'channel')}</strong> would end with it. Most clients connect again.
      </p>
      <TextField label="Reason, told to the client" value={reason} set={setReason} wide />
    </ActionForm>
  );
}

function Close(props: { connection: Connection }) {
  const { connection } = props;
  if (!isAdministrator() && connection.user !== whoami()?.name) return null;
  return (
    <DialogButton label="Close" title="Close the connection?" tone="danger">
      {(close) => <CloseForm connection={connection} close={close} />}
    </DialogButton>
  );
}

function Details(props: { connection: Connection }) {
  const { connection } = props;
  const { capabilities, ...properties } = connection.client_properties ?? {};
  const connectedAt = connection.connected_at;
  return (
    <div class="panels">
      <Panel title="Details">
        <Facts
          facts={[
            ['Name', connection.name],
            ['User', connection.user ?? '–'],
            ['Virtual host', connection.vhost ?? '–'],
            ['Protocol', connection.protocol ?? '–'],
            ['TLS', connection.ssl ? [connection.ssl_protocol, connection.ssl_cipher].filter(Boolean).join(', ') : 'no'],
            ['Login', connection.auth_mechanism ?? '–'],
            ['Connected', connectedAt ? `${time(connectedAt)} (${duration(Date.now() - connectedAt)})` : '–'],
            ['Heartbeat', connection.timeout ? `${connection.timeout}s` : 'none'],
            ['Frame size', bytes(connection.frame_max)],
            ['Most channels', count(connection.channel_max)],
            ['Node', connection.node ?? '–'],
          ]}
        />
      </Panel>
      <Panel title="The client says of itself">
        <Facts
          facts={[
            ...Object.entries(properties).map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
            ['capabilities', <Table value={capabilities as Record<string, unknown>} />],
          ]}
        />
      </Panel>
    </div>
  );
}

export function ConnectionPage(props: { name: string }) {
  const range = useRange();
  const base = '/connections' + path(props.name);
  const live = useLive<Connection>(withHistory(base, ['data_rates'], range));
  const channels = useLive<Channel[]>(base + '/channels');
  return (
    <ObjectPage
      kind="Connection"
      name={props.name}
      title={(connection) => connection.user_provided_name || connection.name}
      live={live}
      aside={(connection) => (
        <>
          <State state={connection.state} />
          {range.choice}
          <Close connection={connection} />
        </>
      )}
    >
      {(connection) => (
        <>
          <Figures
            label="Now"
            figures={[
              { name: 'Channels', value: count(connection.channels) },
              { name: 'From client', value: `${bytes(connection.recv_oct_details?.rate ?? 0)}/s`, more: `${bytes(connection.recv_oct)} in all` },
              { name: 'To client', value: `${bytes(connection.send_oct_details?.rate ?? 0)}/s`, more: `${bytes(connection.send_oct)} in all` },
            ]}
          />
          <div class="charts">
            <ChartPanel
              title="Traffic"
              unit="byte rate"
              series={since(connection.connected_at ?? 0, rateSeries(connection as never, [['recv_oct', 'from client', 2], ['send_oct', 'to client', 1]]))}
            />
          </div>
          <Details connection={connection} />
          <Panel title="Channels">
            <ChannelRows channels={channels.data} />
          </Panel>
        </>
      )}
    </ObjectPage>
  );
}
