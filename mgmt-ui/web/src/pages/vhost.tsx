import { path, withQuery } from '../api/client';
import { useLive } from '../api/live';
import { rateOf, type TopicPermission, type UserPermission, type Vhost } from '../api/types';
import { go, link } from '../route/route';
import { isAdministrator, refreshPermissions } from '../session/session';
import { ConfirmButton, DialogButton } from '../ui/dialog';
import { ActionForm } from '../ui/form';
import { Age, Badge, Facts, Failure, Heading, Panel, YesNo } from '../ui/status';
import { count, plural, rate } from '../ui/value';
import { Figures } from './figures';
import { LimitsTable } from './limits';
import { PermissionsTable, SetPermission, SetTopicPermission, TopicPermissionsTable } from './permissions';
import { PutVhost } from './vhosts';

function Tracing(props: { vhost: Vhost }) {
  const { vhost } = props;
  const label = vhost.tracing ? 'Stop the firehose' : 'Start the firehose';
  return (
    <DialogButton label={label}>
      {(close) => (
        <ActionForm
          submit={label}
          cancel={close}
          done={close}
          action={() => ({
            method: 'PUT',
            path: '/vhosts' + path(vhost.name),
            body: { tracing: !vhost.tracing },
            cli: [vhost.tracing ? 'trace_off' : 'trace_on', '-p', vhost.name],
          })}
        >
          <p class="wide">The firehose gives a copy of each published and delivered message to amq.rabbitmq.trace. It costs throughput.</p>
        </ActionForm>
      )}
    </DialogButton>
  );
}

function Protection(props: { vhost: Vhost }) {
  const { vhost } = props;
  const label = vhost.protected_from_deletion ? 'Allow deletion' : 'Protect from deletion';
  return (
    <DialogButton label={label}>
      {(close) => (
        <ActionForm
          submit={label}
          cancel={close}
          done={close}
          action={() => ({
            method: vhost.protected_from_deletion ? 'DELETE' : 'POST',
            path: '/vhosts' + path(vhost.name) + '/deletion/protection',
            cli: [vhost.protected_from_deletion ? 'disable_vhost_deletion_protection' : 'enable_vhost_deletion_protection', vhost.name],
          })}
        >
          <p class="wide">A protected virtual host cannot be deleted until this is taken back.</p>
        </ActionForm>
      )}
    </DialogButton>
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

export function VhostPage(props: { name: string }) {
  const base = '/vhosts' + path(props.name);
  const live = useLive<Vhost>(base);
  const mayAdminister = isAdministrator();
  const permissions = useLive<UserPermission[]>(mayAdminister ? base + '/permissions' : undefined);
  const topics = useLive<TopicPermission[]>(mayAdminister ? base + '/topic-permissions' : undefined);
  const vhost = live.data;
  if (!vhost) {
    return (
      <>
        <Heading kind="Virtual host" title={props.name} />
        <Failure error={live.error} />
      </>
    );
  }
  return (
    <>
      <Heading kind="Virtual host" title={vhost.name}>
        <Age readAt={live.readAt} error={live.error} />
        {mayAdminister && (
          <>
            <DialogButton label="Change">{(close) => <PutVhost vhost={vhost} close={close} />}</DialogButton>
            <Tracing vhost={vhost} />
            <Protection vhost={vhost} />
            {!vhost.protected_from_deletion && <Delete vhost={vhost} />}
          </>
        )}
      </Heading>
      <Figures
        label="Now"
        figures={[
          { name: 'Ready', value: count(vhost.messages_ready) },
          { name: 'Unacked', value: count(vhost.messages_unacknowledged) },
          { name: 'Publish', value: rate(rateOf(vhost.message_stats, 'publish') ?? 0) },
          { name: 'Deliver and get', value: rate(rateOf(vhost.message_stats, 'deliver_get') ?? 0) },
        ]}
      />
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
      {mayAdminister && (
        <>
          <Panel title="Permissions" aside={<DialogButton label="Set a permission">{(close) => <SetPermission vhost={vhost.name} close={close} />}</DialogButton>}>
            <PermissionsTable permissions={permissions.data} shows="user" />
          </Panel>
          <Panel
            title="Topic permissions"
            aside={<DialogButton label="Set a topic permission">{(close) => <SetTopicPermission vhost={vhost.name} close={close} />}</DialogButton>}
          >
            <TopicPermissionsTable permissions={topics.data} shows="user" />
          </Panel>
          <Panel title="Limits">
            <LimitsTable kind="vhost" name={vhost.name} />
          </Panel>
        </>
      )}
    </>
  );
}
