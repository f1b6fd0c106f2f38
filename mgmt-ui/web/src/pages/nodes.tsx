// The server's resources: memory, disk, descriptors, alarms, ports.

import { path } from '../api/client';
import { useLive } from '../api/live';
import { type Node, numberOf, type Overview, rateOf } from '../api/types';
import { link } from '../route/route';
import { Age, Badge, Facts, Failure, Heading, Panel } from '../ui/status';
import type { Series } from '../ui/chart';
import { RowTable } from '../ui/table';
import { bytes, count, duration, percent, rate, time } from '../ui/value';
import { Figures } from './figures';
import { ObjectPage } from './object_page';
import { ChartPanel, rateSeries, since, useRange, valueSeries, withHistory } from './rates';

export function Share(props: { used: number | undefined; of: number | undefined; what: string }) {
  const { used, of } = props;
  if (used === undefined || !of) return null;
  const share = Math.min(1, used / of);
  const tone = share > 0.9 ? 'bad' : share > 0.75 ? 'warn' : '';
  return (
    <svg class={`bar ${tone}`} width="100%" height="6" role="img" aria-label={`${props.what}: ${percent(share)} used`}>
      <rect width={`${share * 100}%`} height="6" />
    </svg>
  );
}

export function Alarms(props: { node: Node }) {
  const { node } = props;
  return (
    <>
      {node.running === false && <Badge tone="bad">not running</Badge>}
      {node.mem_alarm && <Badge tone="bad">memory alarm</Badge>}
      {node.disk_free_alarm && <Badge tone="bad">disk alarm</Badge>}
      {node.being_drained && <Badge tone="warn">maintenance</Badge>}
      {node.running !== false && !node.mem_alarm && !node.disk_free_alarm && !node.being_drained && <Badge tone="good">running</Badge>}
    </>
  );
}

const versionOf = (node: Node): string => node.applications?.map((one) => one.description ?? one.version).join(', ') ?? '–';

export function NodesTable(props: { nodes: Node[] | undefined }) {
  return (
    <RowTable
      label="Nodes"
      rows={props.nodes}
      rowKey={(node) => node.name}
      empty="No node answers."
      columns={[
        { id: 'name', label: 'Name', key: (node) => node.name, cell: (node) => <div class="tag"><a href={link(['nodes', node.name])}>{node.name}</a></div> },
        { id: 'state', label: 'State', cell: (node) => <Alarms node={node} /> },
        { id: 'version', label: 'Version', cell: versionOf },
        { id: 'uptime', label: 'Up for', number: true, key: (node) => node.uptime ?? 0, cell: (node) => duration(node.uptime) },
        { id: 'memory', label: 'Memory', number: true, key: (node) => node.mem_used ?? 0, cell: (node) => <Within value={bytes(node.mem_used)} limit={`alarm above ${bytes(node.mem_limit)}`} /> },
        { id: 'disk', label: 'Disk free', number: true, key: (node) => node.disk_free ?? 0, cell: (node) => <Within value={bytes(node.disk_free)} limit={`alarm below ${bytes(node.disk_free_limit)}`} /> },
        { id: 'files', label: 'Descriptors', number: true, key: (node) => node.fd_used ?? 0, cell: (node) => <Within value={count(node.fd_used)} limit={`of ${count(node.fd_total)}`} /> },
        { id: 'sockets', label: 'Sockets', number: true, key: (node) => node.sockets_used ?? 0, cell: (node) => count(node.sockets_used) },
        { id: 'cores', label: 'Cores', number: true, cell: (node) => count(node.processors) },
      ]}
    />
  );
}

// A value above what limits it.
function Within(props: { value: string; limit: string }) {
  return (
    <>
      {props.value}
      <div class="muted">{props.limit}</div>
    </>
  );
}

export function Nodes() {
  const live = useLive<Node[]>('/nodes');
  return (
    <>
      <Heading title="Nodes">
        <Age readAt={live.readAt} error={live.error} />
      </Heading>
      {!live.data && <Failure error={live.error} />}
      <NodesTable nodes={live.data} />
    </>
  );
}

// The history begins before the node did: there it knows nothing, and no node uses no memory.
function charted(node: Node, field: string, label: string, color: number): Series[] {
  return valueSeries(node as never, [[field, label, color]]).map((one) => {
    const first = one.points.findIndex(([, value]) => value);
    return { ...one, points: first < 0 ? [] : one.points.slice(first) };
  });
}

const kDisk: [counter: string, label: string, color: number][] = [
  ['io_read_bytes', 'read', 1],
  ['io_write_bytes', 'written', 2],
];
const kOperations: [counter: string, label: string, color: number][] = [
  ['io_read_count', 'reads', 1],
  ['io_write_count', 'writes', 2],
  ['io_sync_count', 'syncs', 3],
];

const milliseconds = (value: unknown): string => (typeof value === 'number' && value > 0 ? `${value.toFixed(value < 10 ? 2 : 0)}ms` : '–');

function Disk(props: { node: Node; startedAt: number }) {
  const { node } = props;
  const stats = node as never;
  return (
    <>
      <div class="charts">
        <ChartPanel title="Disk traffic" unit="byte rate" series={since(props.startedAt, rateSeries(stats, kDisk))} />
        <ChartPanel title="Disk operations" unit="rate" series={since(props.startedAt, rateSeries(stats, kOperations))} />
      </div>
      <Figures
        label="Disk"
        figures={[
          { name: 'Average read', value: milliseconds(node['io_read_avg_time']) },
          { name: 'Average write', value: milliseconds(node['io_write_avg_time']) },
          { name: 'Average sync', value: milliseconds(node['io_sync_avg_time']), more: 'confirms wait for it' },
          { name: 'Messages read', value: rate(rateOf(stats, 'msg_store_read_count')), more: `${count(numberOf(stats, 'msg_store_read_count'))} in all` },
          { name: 'Messages written', value: rate(rateOf(stats, 'msg_store_write_count')), more: `${count(numberOf(stats, 'msg_store_write_count'))} in all` },
        ]}
      />
    </>
  );
}

const kMemoryParts: Record<string, string> = {
  queue_procs: 'queues',
  quorum_queue_procs: 'quorum queues',
  stream_queue_procs: 'streams',
  binary: 'messages and buffers',
  mgmt_db: 'statistics',
  metadata_store: 'definitions',
  connection_readers: 'connections',
  other_system: 'everything else',
};

function Memory(props: { name: string }) {
  const live = useLive<{ memory: Record<string, unknown> }>('/nodes' + path(props.name) + '/memory');
  const parts = Object.entries(live.data?.memory ?? {}).filter((part): part is [string, number] => typeof part[1] === 'number' && part[1] > 0);
  if (!parts.length) return null;
  return (
    <Panel title="What memory is used for">
      <Facts facts={parts.sort(([, one], [, other]) => other - one).map(([name, value]) => [kMemoryParts[name] ?? name.replaceAll('_', ' '), bytes(value)])} />
    </Panel>
  );
}

function Details(props: { node: Node }) {
  const { node } = props;
  return (
    <Panel title="Details">
      <Facts
        facts={[
          ['Version', versionOf(node)],
          ['Acts as RabbitMQ', String(node['rabbitmq_version'] ?? '–')],
          ['Cryptography', String(node['crypto_lib_version'] ?? '–')],
          ['Process', String(node.os_pid ?? '–')],
          ['Data directory', <code>{node.db_dir ?? '–'}</code>],
          ['Configuration', <code>{node.config_files?.join(', ') || 'none'}</code>],
          ['Log', <code>{node.log_files?.join(', ').replace('<stdout>', 'standard output') || 'none'}</code>],
          ['Logins', (node.auth_mechanisms ?? []).filter((one) => one.enabled !== false).map((one) => one.name).join(', ') || '–'],
          ['Plugins', ((node['enabled_plugins'] as string[] | undefined) ?? []).join(', ') || 'none'],
        ]}
      />
    </Panel>
  );
}

function Ports(props: { node: string }) {
  const overview = useLive<Overview>('/overview?columns=listeners');
  return (
    <Panel title="Ports">
      <RowTable
        label="Ports"
        rows={overview.data?.listeners?.filter((listener) => listener.node === props.node)}
        rowKey={(one) => `${one.protocol} ${one.ip_address} ${one.port}`}
        empty="No port is known."
        columns={[
          { id: 'protocol', label: 'Protocol', cell: (one) => one.protocol },
          { id: 'address', label: 'Address', cell: (one) => <code>{one.ip_address}</code> },
          { id: 'port', label: 'Port', number: true, cell: (one) => one.port },
          { id: 'tls', label: 'TLS', cell: (one) => (one.tls ? <Badge tone="good">TLS</Badge> : <span class="muted">no</span>) },
          { id: 'certificate', label: 'Certificate until', cell: (one) => (one.certificate_expires_at ? time(one.certificate_expires_at) : <span class="muted">–</span>) },
        ]}
      />
    </Panel>
  );
}

export function NodePage(props: { name: string }) {
  const range = useRange();
  const live = useLive<Node>(withHistory('/nodes' + path(props.name), ['node_stats'], range));
  return (
    <ObjectPage
      kind="Node"
      name={props.name}
      live={live}
      aside={(node) => (
        <>
          <Alarms node={node} />
          {range.choice}
        </>
      )}
    >
      {(node) => (
        <>
          <Figures
            label="Resources"
            figures={[
              { name: 'Memory', value: bytes(node.mem_used), more: <>alarm above {bytes(node.mem_limit)}<Share used={node.mem_used} of={node.mem_limit} what="Memory" /></> },
              { name: 'Disk free', value: bytes(node.disk_free), more: `alarm below ${bytes(node.disk_free_limit)}` },
              { name: 'Descriptors', value: count(node.fd_used), more: <>of {count(node.fd_total)}<Share used={node.fd_used} of={node.fd_total} what="Descriptors" /></> },
              { name: 'Sockets', value: count(node.sockets_used), more: `of ${count(node.sockets_total)}` },
              { name: 'Up for', value: duration(node.uptime) },
              { name: 'Cores', value: count(node.processors) },
            ]}
          />
          <div class="charts">
            <ChartPanel title="Memory" unit="bytes" series={charted(node, 'mem_used', 'used', 1)} />
            <ChartPanel title="Disk free" unit="bytes" series={charted(node, 'disk_free', 'free', 3)} />
          </div>
          <Disk node={node} startedAt={Date.now() - (node.uptime ?? Infinity)} />
          <Memory name={node.name} />
          <div class="panels">
            <Details node={node} />
            <Ports node={node.name} />
          </div>
        </>
      )}
    </ObjectPage>
  );
}
