// The server's resources: memory, disk, descriptors, alarms.

import { path } from '../api/client';
import { useLive } from '../api/live';
import type { Node, Overview } from '../api/types';
import { link } from '../route/route';
import { Age, Badge, Facts, Failure, Heading, Panel } from '../ui/status';
import { RowTable } from '../ui/table';
import { bytes, count, duration, percent, time } from '../ui/value';
import { Figures } from './figures';
import { Unread } from './object_page';
import { ChartPanel, useRange, valueSeries, withHistory } from './rates';

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

export function Nodes() {
  const live = useLive<Node[]>('/nodes');
  return (
    <>
      <Heading title="Nodes">
        <Age readAt={live.readAt} error={live.error} />
      </Heading>
      {!live.data && <Failure error={live.error} />}
      <RowTable
        label="Nodes"
        rows={live.data}
        rowKey={(node) => node.name}
        empty="No node answers."
        columns={[
          { id: 'name', label: 'Name', key: (node) => node.name, cell: (node) => <a href={link(['nodes', node.name])}>{node.name}</a> },
          { id: 'state', label: 'State', cell: (node) => <Alarms node={node} /> },
          { id: 'uptime', label: 'Up for', number: true, key: (node) => node.uptime ?? 0, cell: (node) => duration(node.uptime) },
          { id: 'memory', label: 'Memory', number: true, key: (node) => node.mem_used ?? 0, cell: (node) => `${bytes(node.mem_used)} of ${bytes(node.mem_limit)}` },
          { id: 'disk', label: 'Disk free', number: true, key: (node) => node.disk_free ?? 0, cell: (node) => `${bytes(node.disk_free)}, at least ${bytes(node.disk_free_limit)}` },
          { id: 'files', label: 'Descriptors', number: true, key: (node) => node.fd_used ?? 0, cell: (node) => `${count(node.fd_used)} of ${count(node.fd_total)}` },
          { id: 'cores', label: 'Cores', number: true, cell: (node) => count(node.processors) },
        ]}
      />
    </>
  );
}

export function NodePage(props: { name: string }) {
  const range = useRange();
  const live = useLive<Node>(withHistory('/nodes' + path(props.name), ['node_stats'], range));
  const overview = useLive<Overview>('/overview?columns=listeners');
  const node = live.data;
  if (!node) return <Unread kind="Node" title={props.name} live={live} />;
  // The history begins before the node did: there it knows nothing.
  const startedAt = Date.now() - (node.uptime ?? Infinity);
  const charted = (field: string, label: string, color: number) =>
    valueSeries(node as never, [[field, label, color]]).map((one) => ({ ...one, points: one.points.filter(([at]) => at > startedAt) }));
  const listeners = (overview.data?.listeners ?? []).filter((listener) => listener.node === node.name);
  return (
    <>
      <Heading kind="Node" title={node.name}>
        <Age readAt={live.readAt} error={live.error} />
        <Alarms node={node} />
        {range.choice}
      </Heading>
      <Figures
        label="Resources"
        figures={[
          { name: 'Memory', value: bytes(node.mem_used), more: <>of {bytes(node.mem_limit)}<Share used={node.mem_used} of={node.mem_limit} what="Memory" /></> },
          { name: 'Disk free', value: bytes(node.disk_free), more: `alarm below ${bytes(node.disk_free_limit)}` },
          { name: 'Descriptors', value: count(node.fd_used), more: <>of {count(node.fd_total)}<Share used={node.fd_used} of={node.fd_total} what="Descriptors" /></> },
          { name: 'Up for', value: duration(node.uptime) },
          { name: 'Cores', value: count(node.processors) },
        ]}
      />
      <div class="charts">
        <ChartPanel title="Memory" unit="bytes" series={charted('mem_used', 'used', 1)} />
        <ChartPanel title="Disk free" unit="bytes" series={charted('disk_free', 'free', 3)} />
      </div>
      <div class="panels">
        <Panel title="Details">
          <Facts
            facts={[
              ['Process', String(node.os_pid ?? '–')],
              ['Data directory', <code>{node.db_dir ?? '–'}</code>],
              ['Configuration', <code>{node.config_files?.join(', ') || 'none'}</code>],
              ['Log', <code>{node.log_files?.join(', ') || 'standard output'}</code>],
              ['Logins', (node.auth_mechanisms ?? []).filter((one) => one.enabled !== false).map((one) => one.name).join(', ') || '–'],
            ]}
          />
        </Panel>
        <Panel title="Ports">
          <RowTable
            label="Ports"
            rows={listeners}
            rowKey={(one) => `${one.protocol} ${one.ip_address} ${one.port}`}
            empty="No port is known."
            columns={[
              { id: 'protocol', label: 'Protocol', cell: (one) => one.protocol },
              { id: 'address', label: 'Address', cell: (one) => <code>{one.ip_address}</code> },
              { id: 'port', label: 'Port', number: true, cell: (one) => one.port },
              { id: 'certificate', label: 'Certificate until', cell: (one) => (one.certificate_expires_at ? time(one.certificate_expires_at) : <span class="muted">–</span>) },
            ]}
          />
        </Panel>
      </div>
    </>
  );
}
