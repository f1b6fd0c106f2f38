import { path, withQuery } from '../api/client';
import { useLive } from '../api/live';
import { rateOf, type Vhost } from '../api/types';
import { go, link } from '../route/route';
import { isAdministrator, refreshPermissions } from '../session/session';
import { ActionButton, ConfirmButton, DialogButton } from '../ui/dialog';
import { Badge, Facts, Panel, YesNo } from '../ui/status';
import { count, plural, rate } from '../ui/value';
import { AccessPanels, useAccess } from './access';
import { Figures } from './figures';
import { ObjectPage } from './object_page';
import { PutVhost } from './vhosts';

function Tracing(props: { vhost: Vhost }) {
  const { vhost } = props;
  const label = vhost.tracing ? 'Stop the firehose' : 'Start the firehose';
  return (
    <ActionButton
      label={label}
      title={`${label}?`}
      action={{
        method: 'PUT',
        path: '/vhosts' + path(vhost.name),
        body: { tracing: !vhost.tracing },
        cli: [vhost.tracing ? 'trace_off' : 'trace_on', '-p', vhost.name],
      }}
      what="The firehose gives a copy of each published and delivered message to amq.rabbitmq.trace. It costs throughput."
    />
  );
}

function Protection(props: { vhost: Vhost }) {
  const { vhost } = props;
  const isProtected = vhost.protected_from_deletion;
  const label = isProtected ? 'Allow deletion' : 'Protect from deletion';
  return (
    <ActionButton
      label={label}
      title={`${label}?`}
      action={{
        method: isProtected ? 'DELETE' : 'POST',
        path: '/vhosts' + path(vhost.name) + '/deletion/protection',
        cli: [isProtected ? 'disable_vhost_deletion_protection' : 'enable_vhost_deletion_protection', vhost.name],
      }}
      what="A protected virtual host cannot be deleted until this is taken back."
    />
  );
}

function Delete(props: { vhost: Vhost }) {
  const { vhost } = props;
  const one = { page: 1, page_size: 1, disable_stats: true };
  const queues = useLive<{ total_count: number }>(withQuery('/queues' + path(vhost.name), one));
  const exchanges = useLive<{ total_count: number }>(withQuery('/exchanges' + path(vhost.name), one));
  return (
    <ConfirmButton
      label="Delete"
      title={`Delete the virtual host ${vhost.name}?`}
      action={{ method: 'DELETE', path: '/vhosts' + path(vhost.name), cli: ['delete_vhost', vhost.name] }}
      said={`Virtual host ${vhost.name} is deleted.`}
      done={() => {
        void refreshPermissions();
        go(link(['vhosts']));
      }}
      what={
        <p>
          Everything in it would be deleted: <strong>{queues.data ? plural(queues.data.total_count, 'queue') : '… queues'}</strong> with{' '}
          <strong>{plural(vhost.messages ?? 0, 'message')}</strong>, {exchanges.data ? plural(exchanges.data.total_count, 'exchange') : '… exchanges'}, their
          bindings, permissions and policies. Its connections would be closed.
        </p>
      }
    />
  );
}

function Details(props: { vhost: Vhost }) {
  const { vhost } = props;
  return (
    <Panel title="Details">
      <Facts
        facts={[
          ['Description', vhost.description || <span class="muted">none</span>],
          ['Tags', vhost.tags?.length ? vhost.tags.map((tag) => <Badge key={tag}>{tag}</Badge>) : <span class="muted">none</span>],
          ['Default type of queues', vhost.default_queue_type ?? '–'],
          ['Firehose', <YesNo value={vhost.tracing} />],
          ['Protected from deletion', <YesNo value={vhost.protected_from_deletion} />],
          ['In it', <><a href={link(['queues'], { vhost: vhost.name })}>queues</a>, <a href={link(['exchanges'], { vhost: vhost.name })}>exchanges</a>, <a href={link(['connections'], { vhost: vhost.name })}>connections</a></>],
        ]}
      />
    </Panel>
  );
}

export function VhostPage(props: { name: string }) {
  const live = useLive<Vhost>('/vhosts' + path(props.name));
  const mayAdminister = isAdministrator();
  const access = useAccess('vhost', props.name, mayAdminister);
  return (
    <ObjectPage
      kind="Virtual host"
      name={props.name}
      live={live}
      aside={(vhost) =>
        mayAdminister && (
          <>
            <DialogButton label="Change">{(close) => <PutVhost vhost={vhost} close={close} />}</DialogButton>
            <Tracing vhost={vhost} />
            <Protection vhost={vhost} />
            {!vhost.protected_from_deletion && <Delete vhost={vhost} />}
          </>
        )
      }
    >
      {(vhost) => (
        <>
          <Figures
            label="Now"
            figures={[
              { name: 'Ready', value: count(vhost.messages_ready ?? 0) },
              { name: 'Unacked', value: count(vhost.messages_unacknowledged ?? 0) },
              { name: 'Total', value: count(vhost.messages ?? 0) },
              { name: 'Publish', value: rate(rateOf(vhost.message_stats, 'publish') ?? 0) },
              { name: 'Deliver and get', value: rate(rateOf(vhost.message_stats, 'deliver_get') ?? 0) },
            ]}
          />
          <Details vhost={vhost} />
          {mayAdminister && <AccessPanels kind="vhost" name={vhost.name} access={access} />}
        </>
      )}
    </ObjectPage>
  );
}
