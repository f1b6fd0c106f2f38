import { path } from '../api/client';
import { useLive } from '../api/live';
import { type Channel, numberOf, rateOf } from '../api/types';
import { Badge, Facts, Panel, State } from '../ui/status';
import { type Column, RowTable } from '../ui/table';
import { count, rate, time } from '../ui/value';
import { ConsumerRows } from './consumers';
import { Figures } from './figures';
import { ChannelLink, ConnectionLink, ExchangeLink } from './links';
import { ObjectPage } from './object_page';
import { busy, ChartPanel, kMessageRates, rateSeries, useRange, withHistory } from './rates';
import { UnackedOfChannel } from './unacked';
import { VhostList } from './vhost_list';

function Mode(props: { channel: Channel }) {
  return (
    <>
      {props.channel.confirm && <Badge title="publisher confirms">confirm</Badge>}
      {props.channel.transactional && <Badge>tx</Badge>}
    </>
  );
}

const kColumns: Column<Channel>[] = [
  { id: 'vhost', label: 'Virtual host', sort: 'vhost', cell: (one) => one.vhost },
  { id: 'name', label: 'Channel', sort: 'name', key: (one) => one.name, cell: (one) => <div class="name endpoints"><ChannelLink name={one.name} /></div> },
  { id: 'user', label: 'User', sort: 'user', key: (one) => one.user ?? '', cell: (one) => one.user },
  { id: 'mode', label: 'Mode', cell: (one) => <Mode channel={one} /> },
  { id: 'state', label: 'State', sort: 'state', key: (one) => one.state ?? '', cell: (one) => <State state={one.state} idleSince={one.idle_since} /> },
  { id: 'consumers', label: 'Consumers', sort: 'consumer_count', key: (one) => one.consumer_count ?? 0, number: true, cell: (one) => count(one.consumer_count) },
  { id: 'unacked', label: 'Unacked', sort: 'messages_unacknowledged', key: (one) => one.messages_unacknowledged ?? 0, number: true, cell: (one) => count(one.messages_unacknowledged) },
  { id: 'unconfirmed', label: 'Unconfirmed', sort: 'messages_unconfirmed', key: (one) => one.messages_unconfirmed ?? 0, number: true, cell: (one) => count(one.messages_unconfirmed) },
  { id: 'prefetch', label: 'Prefetch', sort: 'prefetch_count', key: (one) => one.prefetch_count ?? 0, number: true, cell: (one) => (one.prefetch_count ? count(one.prefetch_count) : '∞') },
  { id: 'global', label: 'Prefetch of all', sort: 'global_prefetch_count', key: (one) => one.global_prefetch_count ?? 0, number: true, shown: false, title: 'of all consumers of the channel together', cell: (one) => (one.global_prefetch_count ? count(one.global_prefetch_count) : '∞') },
  { id: 'uncommitted', label: 'Uncommitted', sort: 'messages_uncommitted', number: true, shown: false, cell: (one) => count(one.messages_uncommitted) },
  { id: 'publish', label: 'Publish', sort: 'message_stats.publish_details.rate', number: true, cell: (one) => rate(rateOf(one.message_stats, 'publish') ?? 0) },
  { id: 'confirm', label: 'Confirm', sort: 'message_stats.confirm_details.rate', number: true, shown: false, cell: (one) => rate(rateOf(one.message_stats, 'confirm') ?? 0) },
  { id: 'returned', label: 'Returned', sort: 'message_stats.return_unroutable_details.rate', number: true, shown: false, title: 'unroutable, given back to the publisher', cell: (one) => rate(rateOf(one.message_stats, 'return_unroutable') ?? 0) },
  { id: 'dropped', label: 'Dropped', sort: 'message_stats.drop_unroutable_details.rate', number: true, shown: false, title: 'unroutable, and gone', cell: (one) => rate(rateOf(one.message_stats, 'drop_unroutable') ?? 0) },
  { id: 'redelivered', label: 'Redelivered', sort: 'message_stats.redeliver_details.rate', number: true, shown: false, cell: (one) => rate(rateOf(one.message_stats, 'redeliver') ?? 0) },
  { id: 'deliver', label: 'Deliver', sort: 'message_stats.deliver_get_details.rate', number: true, cell: (one) => rate(rateOf(one.message_stats, 'deliver_get') ?? 0) },
  { id: 'ack', label: 'Ack', sort: 'message_stats.ack_details.rate', number: true, cell: (one) => rate(rateOf(one.message_stats, 'ack') ?? 0) },
];

export function ChannelRows(props: { channels: Channel[] | undefined }) {
  return (
    <RowTable
      label="Channels"
      columns={kColumns.filter((column) => column.shown !== false && column.id !== 'vhost' && column.id !== 'user')}
      rows={props.channels}
      rowKey={(one) => one.name}
      empty="No channel is open."
    />
  );
}

export function Channels() {
  return (
    <VhostList
      title="Channels"
      base="/channels"
      ofVhost={(vhost) => '/vhosts' + path(vhost) + '/channels'}
      columns={kColumns}
      rowKey={(one: Channel) => one.name}
      empty="No channel is open."
    />
  );
}

// Columns that say the same of all its consumers.
const kKnownOfChannel = ['vhost', 'channel', 'user'];

export function ChannelPage(props: { name: string }) {
  const range = useRange();
  const live = useLive<Channel>(withHistory('/channels' + path(props.name), ['msg_rates'], range));
  return (
    <ObjectPage
      kind="Channel"
      name={props.name}
      live={live}
      aside={(channel) => (
        <>
          <State state={channel.state} idleSince={channel.idle_since} />
          {range.choice}
        </>
      )}
    >
      {(channel) => (
        <>
          <Figures
            label="Now"
            figures={[
              { name: 'Unacked', value: count(channel.messages_unacknowledged) },
              { name: 'Unconfirmed', value: count(channel.messages_unconfirmed) },
              { name: 'Consumers', value: count(channel.consumer_count) },
              { name: 'Publish', value: rate(rateOf(channel.message_stats, 'publish') ?? 0) },
              { name: 'Deliver and get', value: rate(rateOf(channel.message_stats, 'deliver_get') ?? 0) },
              { name: 'Ack', value: rate(rateOf(channel.message_stats, 'ack') ?? 0) },
            ]}
          />
          <div class="charts">
            <ChartPanel title="Message rates" unit="rate" series={busy(rateSeries(channel.message_stats, kMessageRates))} />
            <Panel title="Details">
              <Facts
                facts={[
                  ['Connection', <ConnectionLink name={channel.connection_details?.name} />],
                  ['User', channel.user ?? '–'],
                  ['Virtual host', channel.vhost ?? '–'],
                  ['Mode', channel.confirm || channel.transactional ? <Mode channel={channel} /> : <span class="muted">plain</span>],
                  ['Prefetch', channel.prefetch_count ? count(channel.prefetch_count) : 'unlimited'],
                  ['Prefetch of the channel', channel.global_prefetch_count ? count(channel.global_prefetch_count) : 'unlimited'],
                  ['Uncommitted publishes', count(channel.messages_uncommitted)],
                  ['Uncommitted acks', count(channel.acks_uncommitted)],
                  ['Idle since', channel.idle_since ? time(channel.idle_since) : '–'],
                ]}
              />
            </Panel>
          </div>
          <Panel title="Consumers">
            <ConsumerRows rows={channel.consumer_details} without={kKnownOfChannel} empty="It consumes nothing." />
          </Panel>
          {!!channel.messages_unacknowledged && <UnackedOfChannel channel={channel.name} />}
          {!!channel.publishes?.length && (
            <Panel title="Publishes to">
              <RowTable
                label="Publishes to"
                rows={channel.publishes}
                rowKey={(one) => one.exchange.name}
                empty=""
                columns={[
                  { id: 'exchange', label: 'Exchange', cell: (one) => <ExchangeLink vhost={one.exchange.vhost} name={one.exchange.name} /> },
                  { id: 'publish', label: 'Publish', number: true, cell: (one) => rate(rateOf(one.stats, 'publish')) },
                  { id: 'total', label: 'In all', number: true, cell: (one) => count(numberOf(one.stats, 'publish')) },
                ]}
              />
            </Panel>
          )}
        </>
      )}
    </ObjectPage>
  );
}
