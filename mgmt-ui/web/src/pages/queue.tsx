// One queue: how it is, what it is bound to, who consumes, and what can be done with it.

import { path, withQuery } from '../api/client';
import { useLive } from '../api/live';
import { type Binding, numberOf, type Queue, rateOf, type Stats } from '../api/types';
import { link } from '../route/route';
import { may } from '../session/session';
import type { Series } from '../ui/chart';
import { DialogButton } from '../ui/dialog';
import { Facts, Failure, Panel, Table, YesNo } from '../ui/status';
import { RowTable } from '../ui/table';
import { Tabs } from '../ui/tabs';
import { bytes, count, duration, percent, rate, time } from '../ui/value';
import { AddBinding, BindingsTable } from './bindings';
import { ConsumerRows } from './consumers';
import { EffectiveArguments } from './effective_arguments';
import { Figures } from './figures';
import { ConnectionLink, ExchangeLink } from './links';
import { GetMessages } from './get_messages';
import { MessageExplorer } from './message_explorer';
import { ObjectPage } from './object_page';
import { PublishMessage } from './publish_message';
import { QueueActions } from './queue_actions';
import { QueueState } from './queues';
import { busy, ChartPanel, kLengths, rateSeries, useRange, valueSeries, withHistory } from './rates';
import { StreamFacts } from './streams';
import { UnackedOfQueue } from './unacked';

const kQueueRates: [string, string, number][] = [
  ['publish', 'publish', 2],
  ['deliver', 'deliver (manual ack)', 1],
  ['deliver_no_ack', 'deliver (auto ack)', 6],
  ['get', 'get (manual ack)', 4],
  ['get_no_ack', 'get (auto ack)', 4],
  ['ack', 'ack', 3],
  ['redeliver', 'redelivered', 5],
];

function Details(props: { queue: Queue }) {
  const { queue } = props;
  return (
    <Facts
      facts={[
        ['Type', queue.type ?? '–'],
        ['Durable', <YesNo value={queue.durable} />],
        ['Auto-delete', <YesNo value={queue.auto_delete} />],
        ['Exclusive', <YesNo value={queue.exclusive} />],
        ['Arguments', <Table value={queue.arguments} />],
        ['Policy', queue.policy ? <a href={link(['policies'], { vhost: queue.vhost, name: queue.policy })}>{queue.policy}</a> : <span class="muted">none</span>],
        ['Operator policy', queue.operator_policy ?? <span class="muted">none</span>],
        ['Node', queue.node ?? '–'],
        ['Idle since', queue.idle_since ? time(queue.idle_since) : '–'],
      ]}
    />
  );
}

function Holdings(props: { queue: Queue }) {
  const { queue } = props;
  return (
    <Facts
      facts={[
        ['Bytes of all', bytes(queue.message_bytes)],
        ['Bytes ready', bytes(queue.message_bytes_ready)],
        ['Bytes unacked', bytes(queue.message_bytes_unacknowledged)],
        ['Bytes persistent', bytes(queue.message_bytes_persistent)],
        ['Persistent', count(queue.messages_persistent)],
        ['In memory', count(queue.messages_ram)],
        ['Memory', bytes(queue.memory)],
        ['Timestamp of the first', queue.head_message_timestamp ? time(queue.head_message_timestamp * 1000) : '–'],
      ]}
    />
  );
}

// Columns that say the same of all its consumers.
const kKnownOfQueue = ['vhost', 'queue'];

function QueueConsumers(props: { queue: Queue }) {
  const { queue } = props;
  return (
    <>
      {!!queue.consumers && queue.type !== 'stream' && (
        <p class="note">
          Consumer capacity {percent(queue.consumer_capacity)}: so much of the time the queue could deliver at once.{' '}
          {(queue.consumer_capacity ?? 1) < 0.9 && 'More consumers, or a higher prefetch, would empty it faster.'}
        </p>
      )}
      <ConsumerRows rows={queue.consumer_details} without={kKnownOfQueue} empty="Nobody consumes from this queue." />
    </>
  );
}

function Incoming(props: { queue: Queue }) {
  const rows = props.queue.incoming ?? [];
  if (!rows.length) return null;
  return (
    <Panel title="Published by exchange">
      <RowTable
        label="Published by exchange"
        rows={rows}
        rowKey={(one) => one.exchange.name}
        empty=""
        columns={[
          { id: 'exchange', label: 'Exchange', cell: (one) => <ExchangeLink vhost={one.exchange.vhost} name={one.exchange.name} /> },
          { id: 'rate', label: 'Publish', number: true, cell: (one) => rate(rateOf(one.stats, 'publish')) },
          { id: 'total', label: 'In all', number: true, cell: (one) => count(numberOf(one.stats, 'publish')) },
        ]}
      />
    </Panel>
  );
}

// How long the oldest ready message has waited, in seconds; 0 where none waits.
function agesOf(queue: Queue): Series[] {
  const samples = queue.oldest_ready_age_ms_details?.samples ?? [];
  if (samples.length < 2) return [];
  return [{ label: 'waits', color: 4, points: samples.map(({ sample, timestamp }) => [timestamp, sample / 1000] as [number, number]).reverse() }];
}

const kReasons: [reason: string, color: number][] = [
  ['rejected', 5],
  ['expired', 2],
  ['maxlen', 4],
  ['delivery_limit', 1],
];

// What dies, by why it does.
function deathsOf(queue: Queue): Series[] {
  const stats: Stats = {};
  for (const [reason, total] of Object.entries(queue.dead_letters ?? {})) {
    stats[reason] = total;
    stats[`${reason}_details`] = queue.dead_letters_details?.[reason];
  }
  return rateSeries(stats, kReasons.filter(([reason]) => reason in stats).map(([reason, color]) => [reason, reason.replace('_', ' '), color]));
}

function DeadLetters(props: { queue: Queue }) {
  const series = deathsOf(props.queue);
  const totals = Object.entries(props.queue.dead_letters ?? {});
  if (!totals.length) return null;
  return (
    <div class="charts">
      <ChartPanel title="Dead letters" series={series} unit="rate" />
      <Panel title="Dead letters since the start">
        <Facts facts={totals.map(([reason, total]) => [reason.replace('_', ' '), count(total)])} />
      </Panel>
    </div>
  );
}

function QueueOverview(props: { queue: Queue }) {
  const { queue } = props;
  const isStream = queue.type === 'stream';
  return (
    <>
      <div class="charts">
        <ChartPanel title="Messages" series={valueSeries(queue as never, kLengths)} unit="count" />
        <ChartPanel title="Rates" series={busy(rateSeries(queue.message_stats, kQueueRates))} unit="rate" />
        {!isStream && <ChartPanel title="Age of the oldest" series={agesOf(queue)} unit="seconds" />}
      </div>
      <DeadLetters queue={queue} />
      <div class="panels">
        <Panel title="Details">
          <Details queue={queue} />
        </Panel>
        {isStream ? (
          <StreamFacts queue={queue} />
        ) : (
          <Panel title="What it holds">
            <Holdings queue={queue} />
          </Panel>
        )}
      </div>
      <Incoming queue={queue} />
      <EffectiveArguments path={'/queues' + path(queue.vhost, queue.name)} />
    </>
  );
}

function QueueBindings(props: { queue: Queue }) {
  const { vhost, name } = props.queue;
  const bindings = useLive<Binding[]>('/queues' + path(vhost, name) + '/bindings');
  return (
    <Panel
      title="Bindings to this queue"
      aside={
        may('write', vhost, name) && (
          <DialogButton label="Bind" title={`Bind ${name} to an exchange`} wide>
            {(close) => <AddBinding vhost={vhost} destination={name} destinationType="queue" close={close} />}
          </DialogButton>
        )
      }
    >
      <Failure error={bindings.data ? undefined : bindings.error} />
      <BindingsTable bindings={bindings.data} shows="source" />
    </Panel>
  );
}

// `bindings`: how many there are but for that of the default exchange.
function QueueBody(props: { queue: Queue; bindings: number | undefined }) {
  const { queue, bindings } = props;
  const owner = queue.owner_pid_details as { name?: string } | undefined;
  const canRead = may('read', queue.vhost, queue.name);
  const isStream = queue.type === 'stream';
  const canPublish = may('write', queue.vhost, '');
  return (
    <>
      {queue.exclusive && owner?.name && (
        <p class="note">
          Belongs to the connection <ConnectionLink name={owner.name} /> and ends with it.
        </p>
      )}
      <Figures
        label="Now"
        figures={[
          { name: 'Ready', value: count(queue.messages_ready) },
          { name: 'Unacked', value: count(queue.messages_unacknowledged) },
          { name: 'Total', value: count(queue.messages) },
          ...(isStream ? [] : [{ name: 'Oldest waits', value: duration(queue.oldest_ready_age_ms) }]),
          { name: 'Consumers', value: count(queue.consumers), more: queue.consumers && queue.type !== 'stream' ? `capacity ${percent(queue.consumer_capacity)}` : undefined },
          { name: 'In', value: rate(rateOf(queue.message_stats, 'publish') ?? 0) },
          { name: 'Out', value: rate(rateOf(queue.message_stats, 'deliver_get') ?? 0) },
          { name: 'Ack', value: rate(rateOf(queue.message_stats, 'ack') ?? 0) },
        ]}
      />
      <Tabs
        label="Parts of the queue"
        tabs={[
          { id: 'overview', label: 'Overview', body: () => <QueueOverview queue={queue} /> },
          ...(canRead ? [{ id: 'messages', label: 'Messages', body: () => <MessageExplorer vhost={queue.vhost} queue={queue.name} isStream={isStream} /> }] : []),
          ...(canRead && !isStream ? [{ id: 'unacked', label: 'Unacked', count: queue.messages_unacknowledged, body: () => <UnackedOfQueue vhost={queue.vhost} queue={queue.name} /> }] : []),
          { id: 'bindings', label: 'Bindings', count: bindings, body: () => <QueueBindings queue={queue} /> },
          { id: 'consumers', label: 'Consumers', count: queue.consumers, body: () => <QueueConsumers queue={queue} /> },
          ...(canPublish
            ? [{ id: 'publish', label: 'Publish', body: () => <Panel title="Publish to this queue"><PublishMessage vhost={queue.vhost} exchange="" routingKey={queue.name} /></Panel> }]
            : []),
          ...(canRead && !isStream && !queue.exclusive
            ? [{ id: 'get', label: 'Get', body: () => <Panel title="Get messages"><GetMessages queue={queue} /></Panel> }]
            : []),
        ]}
      />
    </>
  );
}

export function QueuePage(props: { vhost: string; name: string }) {
  const range = useRange();
  const base = '/queues' + path(props.vhost, props.name);
  const live = useLive<Queue>(withHistory(base, ['msg_rates', 'lengths'], range));
  const bindings = useLive<Binding[]>(withQuery(base + '/bindings', { columns: 'source' }));
  const named = bindings.data?.filter((binding) => binding.source !== '').length;
  return (
    <ObjectPage
      kind={(queue) => `${queue.type === 'stream' ? 'Stream' : 'Queue'} in ${queue.vhost}`}
      name={props.name}
      live={live}
      aside={(queue) => (
        <>
          <QueueState queue={queue} />
          {range.choice}
          <QueueActions queue={queue} bindings={named} />
        </>
      )}
    >
      {(queue) => <QueueBody queue={queue} bindings={named} />}
    </ObjectPage>
  );
}
