// Totals, rates, churn and ports of the whole server.

import { useLive } from '../api/live';
import { type Node, numberOf, type Overview as Data, rateOf } from '../api/types';
import { link } from '../route/route';
import { isAdministrator, isMonitoring } from '../session/session';
import { Age, Badge, Failure, Heading, Panel } from '../ui/status';
import { RowTable } from '../ui/table';
import { count, rate } from '../ui/value';
import { Figures } from './figures';
import { NodesTable } from './nodes';
import { busy, ChartPanel, kLengths, kMessageRates, rateSeries, useRange, valueSeries, withHistory } from './rates';

const kChurn: [string, string][] = [
  ['connection_created', 'Connections opened'],
  ['connection_closed', 'Connections closed'],
  ['channel_created', 'Channels opened'],
  ['channel_closed', 'Channels closed'],
  ['queue_declared', 'Queues declared'],
  ['queue_created', 'Queues created'],
  ['queue_deleted', 'Queues deleted'],
];

function NodesPanel() {
  const nodes = useLive<Node[]>(isMonitoring() ? '/nodes' : undefined);
  if (!nodes.data) return null;
  return (
    <Panel title="Nodes">
      <NodesTable nodes={nodes.data} />
    </Panel>
  );
}

export function Overview() {
  const range = useRange();
  const live = useLive<Data>(withHistory('/overview', ['msg_rates', 'lengths'], range));
  const data = live.data;
  if (!data) return <Failure error={live.error} />;
  const { message_stats: stats, queue_totals: totals, object_totals: objects } = data;
  return (
    <>
      <Heading title="Overview">
        <Age readAt={live.readAt} error={live.error} />
        {range.choice}
      </Heading>
      <Figures
        label="Messages"
        figures={[
          { name: 'Ready', value: count(numberOf(totals, 'messages_ready')) },
          { name: 'Unacked', value: count(numberOf(totals, 'messages_unacknowledged')) },
          { name: 'Messages', value: count(numberOf(totals, 'messages')) },
          { name: 'Publish', value: rate(rateOf(stats, 'publish') ?? 0) },
          { name: 'Deliver and get', value: rate(rateOf(stats, 'deliver_get') ?? 0) },
          { name: 'Ack', value: rate(rateOf(stats, 'ack') ?? 0) },
        ]}
      />
      <div class="charts">
        <ChartPanel title="Messages in queues" series={valueSeries(totals, kLengths)} unit="count" />
        <ChartPanel title="Message rates" series={busy(rateSeries(stats, kMessageRates))} unit="rate" />
      </div>
      {objects && (
        <Figures
          label="Objects"
          figures={['connections', 'channels', 'consumers', 'exchanges', 'queues'].map((kind) => ({
            name: kind[0]!.toUpperCase() + kind.slice(1),
            value: count(objects[kind]),
            href: link([kind]),
          }))}
        />
      )}
      <NodesPanel />
      <div class="panels">
        {data.churn_rates && (
          <Panel title="Churn">
            <RowTable
              label="Churn"
              rows={kChurn}
              rowKey={([id]) => id}
              empty="Nothing yet."
              columns={[
                { id: 'what', label: 'What', cell: ([, label]) => label },
                { id: 'now', label: 'Now', number: true, cell: ([id]) => rate(rateOf(data.churn_rates, id)) },
                { id: 'total', label: 'In all', number: true, cell: ([id]) => count(numberOf(data.churn_rates, id)) },
              ]}
            />
          </Panel>
        )}
        {data.listeners && (
          <Panel title="Ports">
            <RowTable
              label="Ports"
              rows={data.listeners}
              rowKey={(one) => `${one.protocol} ${one.ip_address} ${one.port}`}
              empty="No port is open."
              columns={[
                { id: 'protocol', label: 'Protocol', cell: (one) => one.protocol, key: (one) => one.protocol },
                { id: 'address', label: 'Address', cell: (one) => <code>{one.ip_address}</code> },
                { id: 'port', label: 'Port', number: true, cell: (one) => one.port, key: (one) => one.port },
                { id: 'tls', label: 'TLS', cell: (one) => (one.tls ? <Badge tone="good">TLS</Badge> : <span class="muted">no</span>) },
              ]}
            />
          </Panel>
        )}
      </div>
      {isAdministrator() && (
        <p class="muted">
          Everything that is declared and set up can be exported and imported: <a href={link(['definitions'])}>definitions</a>.
        </p>
      )}
    </>
  );
}
