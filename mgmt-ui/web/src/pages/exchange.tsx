// One exchange: bindings both ways, publish, rates, and where a routing key would go.

import { useState } from 'preact/hooks';
import { coneyctl } from '../api/cli';
import { path } from '../api/client';
import { useLive } from '../api/live';
import { type Binding, type Exchange, numberOf, rateOf } from '../api/types';
import { go, link } from '../route/route';
import { may } from '../session/session';
import { ConfirmButton, DialogButton } from '../ui/dialog';
import { TextField } from '../ui/form';
import { Empty, Facts, Panel, Table, YesNo } from '../ui/status';
import { Tabs } from '../ui/tabs';
import { count, plural, rate } from '../ui/value';
import { AddBinding, BindingsTable } from './bindings';
import { EffectiveArguments } from './effective_arguments';
import { Figures } from './figures';
import { exchangeTitle } from './links';
import { ObjectPage } from './object_page';
import { PublishMessage } from './publish_message';
import { ChartPanel, rateSeries, useRange, withHistory } from './rates';
import { routesOf } from './routing';

function WhereTo(props: { exchange: Exchange; bindings: Binding[] }) {
  const [key, setKey] = useState('');
  const routes = routesOf(props.exchange.type, props.bindings, key);
  return (
    <Panel title="Where would this routing key go?">
      <div class="fields">
        <TextField label="Routing key" value={key} set={setKey} />
      </div>
      {routes.length ? <BindingsTable bindings={routes} shows="destination" /> : <Empty>No binding fits: such a message would be unroutable here.</Empty>}
    </Panel>
  );
}

function Bindings(props: { exchange: Exchange; from: Binding[] | undefined; to: Binding[] | undefined }) {
  const { vhost, name, type } = props.exchange;
  const canAnswer = ['direct', 'fanout', 'topic'].includes(type);
  return (
    <>
      <Panel
        title="Bindings from this exchange"
        aside={
          may('read', vhost, name) && (
            <DialogButton label="Bind" title={`Bind ${name} to a queue or an exchange`} wide>
              {(close) => <AddBinding vhost={vhost} source={name} destinationType="queue" close={close} />}
            </DialogButton>
          )
        }
      >
        <BindingsTable bindings={props.from} shows="destination" />
      </Panel>
      <Panel title="Bindings to this exchange">
        <BindingsTable bindings={props.to} shows="source" />
      </Panel>
      {canAnswer && props.from && <WhereTo exchange={props.exchange} bindings={props.from} />}
    </>
  );
}

function Delete(props: { exchange: Exchange; bindings: number }) {
  const { vhost, name } = props.exchange;
  if (name === '' || name.startsWith('amq.') || !may('configure', vhost, name)) return null;
  return (
    <ConfirmButton
      label="Delete"
      title={`Delete ${name}?`}
      action={{ method: 'DELETE', path: '/exchanges' + path(vhost, name), cli: coneyctl('delete_exchange', [name], { p: vhost }) }}
      said={`Exchange ${name} is deleted.`}
      done={() => go(link(['exchanges'], { vhost }))}
      what={
        <p>
          The exchange and <strong>{plural(props.bindings, 'binding')}</strong> would be deleted. Publishers to it
          would get an error.
        </p>
      }
    />
  );
}

export function ExchangePage(props: { vhost: string; name: string }) {
  const range = useRange();
  const base = '/exchanges' + path(props.vhost, props.name);
  const live = useLive<Exchange>(withHistory(base, ['msg_rates'], range));
  const isDefault = props.name === 'amq.default';
  const from = useLive<Binding[]>(isDefault ? undefined : base + '/bindings/source');
  const to = useLive<Binding[]>(isDefault ? undefined : base + '/bindings/destination');
  const bindings = (from.data?.length ?? 0) + (to.data?.length ?? 0);
  return (
    <ObjectPage
      kind={`Exchange in ${props.vhost}`}
      name={isDefault ? exchangeTitle('') : props.name}
      live={live}
      aside={(exchange) => (
        <>
          {range.choice}
          <Delete exchange={exchange} bindings={bindings} />
        </>
      )}
    >
      {(exchange) => {
        const { vhost, name, message_stats: stats } = exchange;
        return (
          <>
            <Figures
              label="Now"
              figures={[
                { name: 'In', value: rate(rateOf(stats, 'publish_in') ?? 0), more: `${count(numberOf(stats, 'publish_in') ?? 0)} in all` },
                { name: 'Out', value: rate(rateOf(stats, 'publish_out') ?? 0), more: `${count(numberOf(stats, 'publish_out') ?? 0)} in all` },
                ...(isDefault ? [] : [{ name: 'Bindings from it', value: count(from.data?.length) }, { name: 'Bindings to it', value: count(to.data?.length) }]),
              ]}
            />
            <Tabs
              label="Parts of the exchange"
              tabs={[
                {
                  id: 'overview',
                  label: 'Overview',
                  body: () => (
                    <>
                      <div class="charts">
                        <ChartPanel title="Rates" unit="rate" series={rateSeries(stats, [['publish_in', 'in', 2], ['publish_out', 'out', 1]])} />
                        <Panel title="Details">
                          <Facts
                            facts={[
                              ['Type', exchange.type],
                              ['Durable', <YesNo value={exchange.durable} />],
                              ['Auto-delete', <YesNo value={exchange.auto_delete} />],
                              ['Internal', <YesNo value={exchange.internal} />],
                              ['Arguments', <Table value={exchange.arguments} />],
                              ['Policy', exchange.policy ?? <span class="muted">none</span>],
                            ]}
                          />
                        </Panel>
                      </div>
                      <EffectiveArguments path={base} />
                    </>
                  ),
                },
                ...(isDefault
                  ? []
                  : [{ id: 'bindings', label: 'Bindings', count: bindings, body: () => <Bindings exchange={exchange} from={from.data} to={to.data} /> }]),
                ...(may('write', vhost, name) && !exchange.internal
                  ? [{ id: 'publish', label: 'Publish', body: () => <Panel title="Publish"><PublishMessage vhost={vhost} exchange={name} /></Panel> }]
                  : []),
              ]}
            />
            {isDefault && <p class="note">The default exchange routes to the queue whose name is the routing key. It cannot be bound to.</p>}
          </>
        );
      }}
    </ObjectPage>
  );
}
