import { useState } from 'preact/hooks';
import { path } from '../api/client';
import { rateOf, type Vhost } from '../api/types';
import { link } from '../route/route';
import { isAdministrator, refreshPermissions } from '../session/session';
import { DialogButton } from '../ui/dialog';
import { ActionForm, ChoiceField, TextField } from '../ui/form';
import { Badge, Heading, State } from '../ui/status';
import { ServerTable } from '../ui/table';
import { Access, useAllAccess } from './all_access';
import { say } from '../ui/toast';
import { bytes, count, rate } from '../ui/value';

export function PutVhost(props: { vhost?: Vhost; close: () => void }) {
  const { vhost } = props;
  const [name, setName] = useState('');
  const [description, setDescription] = useState(vhost?.description ?? '');
  const [tags, setTags] = useState(vhost?.tags?.join(',') ?? '');
  const [type, setType] = useState(vhost?.default_queue_type ?? 'classic');
  const target = vhost?.name ?? name;
  return (
    <ActionForm
      submit={vhost ? 'Save' : 'Add'}
      cancel={props.close}
      action={() => ({
        method: 'PUT',
        path: '/vhosts' + path(target),
        body: { description, tags, default_queue_type: type },
        cli: [
          ...(vhost ? ['update_vhost_metadata', target] : ['add_vhost', target]),
          ...(description ? ['--description', description] : []),
          ...(tags ? ['--tags', tags] : []),
          '--default-queue-type',
          type,
        ],
      })}
      done={() => {
        props.close();
        void refreshPermissions();
        say(vhost ? `Virtual host ${target} is changed.` : `Virtual host ${target} is added.`);
      }}
    >
      {!vhost && <TextField label="Name" value={name} set={setName} required autoFocus />}
      <ChoiceField label="Default type of queues" value={type} set={setType} choices={['classic', 'quorum', 'stream']} />
      <TextField label="Description" value={description} set={setDescription} wide />
      <TextField label="Tags" value={tags} set={setTags} wide hint="Divided by commas." />
    </ActionForm>
  );
}

export function Vhosts() {
  const access = useAllAccess('vhost');
  return (
    <>
      <Heading title="Virtual hosts">
        {isAdministrator() && (
          <DialogButton label="Add a virtual host" tone="primary">
            {(close) => <PutVhost close={close} />}
          </DialogButton>
        )}
      </Heading>
      <ServerTable
        name="vhosts"
        label="virtual hosts"
        path="/vhosts"
        sort="name"
        rowKey={(vhost: Vhost) => vhost.name}
        empty="There is no virtual host."
        columns={[
          {
            id: 'name',
            label: 'Name',
            sort: 'name',
            cell: (vhost) => (
              <div class="name">
                <a href={link(['vhosts', vhost.name])}>{vhost.name}</a>
                {vhost.description && <div class="muted">{vhost.description}</div>}
              </div>
            ),
          },
          ...(isAdministrator() ? [{ id: 'users', label: 'Users', cell: (vhost: Vhost) => <Access names={access.get(vhost.name)} page="users" none="No users" /> }] : []),
          { id: 'tags', label: 'Tags', cell: (vhost) => (vhost.tags?.length ? vhost.tags.map((tag) => <Badge key={tag}>{tag}</Badge>) : <span class="muted">none</span>) },
          { id: 'type', label: 'Default type', title: 'of queues that are declared without one', sort: 'default_queue_type', cell: (vhost) => vhost.default_queue_type },
          {
            id: 'state',
            label: 'State',
            cell: (vhost) => (
              <>
                {[...new Set(Object.values(vhost.cluster_state ?? {}))].map((state) => (
                  <State key={state} state={state} />
                ))}
                {vhost.tracing && <Badge tone="warn">firehose</Badge>}
                {vhost.protected_from_deletion && <Badge>protected</Badge>}
              </>
            ),
          },
          { id: 'ready', label: 'Ready', sort: 'messages_ready', number: true, cell: (vhost) => count(vhost.messages_ready ?? 0) },
          { id: 'unacked', label: 'Unacked', sort: 'messages_unacknowledged', number: true, cell: (vhost) => count(vhost.messages_unacknowledged ?? 0) },
          { id: 'total', label: 'Total', sort: 'messages', number: true, cell: (vhost) => count(vhost.messages ?? 0) },
          { id: 'received', label: 'From clients', sort: 'recv_oct_details.rate', number: true, shown: false, cell: (vhost) => bytes(vhost.recv_oct_details?.rate ?? 0) + '/s' },
          { id: 'sent', label: 'To clients', sort: 'send_oct_details.rate', number: true, shown: false, cell: (vhost) => bytes(vhost.send_oct_details?.rate ?? 0) + '/s' },
          { id: 'in', label: 'Publish', sort: 'message_stats.publish_details.rate', number: true, cell: (vhost) => rate(rateOf(vhost.message_stats, 'publish') ?? 0) },
          { id: 'out', label: 'Deliver', sort: 'message_stats.deliver_get_details.rate', number: true, cell: (vhost) => rate(rateOf(vhost.message_stats, 'deliver_get') ?? 0) },
        ]}
      />
    </>
  );
}
