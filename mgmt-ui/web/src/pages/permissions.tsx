// Who may do what in which vhost, seen from the user or from the vhost.

import { useState } from 'preact/hooks';
import { path } from '../api/client';
import { useLive } from '../api/live';
import type { TopicPermission, UserPermission } from '../api/types';
import { link } from '../route/route';
import { refreshPermissions } from '../session/session';
import { ConfirmButton } from '../ui/dialog';
import { ActionForm, ChoiceField, TextField } from '../ui/form';
import { RowTable } from '../ui/table';
import { say } from '../ui/toast';
import { exchangeTitle, useVhosts } from './links';

type Side = 'user' | 'vhost';

function SideLink(props: { side: Side; one: { user: string; vhost: string } }) {
  return props.side === 'user' ? (
    <a href={link(['users', props.one.user])}>{props.one.user}</a>
  ) : (
    <a href={link(['vhosts', props.one.vhost])}>{props.one.vhost}</a>
  );
}

export function PermissionsTable(props: { permissions: UserPermission[] | undefined; shows: Side }) {
  return (
    <RowTable
      label="Permissions"
      rows={props.permissions}
      rowKey={(one) => `${one.user}\n${one.vhost}`}
      empty={props.shows === 'vhost' ? 'No permission: this user can enter no virtual host.' : 'No user may enter this virtual host.'}
      columns={[
        { id: 'side', label: props.shows === 'user' ? 'User' : 'Virtual host', key: (one) => one[props.shows], cell: (one) => <SideLink side={props.shows} one={one} /> },
        { id: 'configure', label: 'Configure', cell: (one) => <code>{one.configure || '(nothing)'}</code> },
        { id: 'write', label: 'Write', cell: (one) => <code>{one.write || '(nothing)'}</code> },
        { id: 'read', label: 'Read', cell: (one) => <code>{one.read || '(nothing)'}</code> },
        {
          id: 'actions',
          label: '',
          cell: (one) => (
            <ConfirmButton
              small
              label="Clear"
              title="Clear the permission?"
              action={{ method: 'DELETE', path: '/permissions' + path(one.vhost, one.user), cli: ['clear_permissions', '-p', one.vhost, one.user] }}
              said="The permission is cleared."
              done={() => void refreshPermissions()}
              what={
                <p>
                  <strong>1 permission</strong>: {one.user} could enter {one.vhost} no more.
                </p>
              }
            />
          ),
        },
      ]}
    />
  );
}

export function TopicPermissionsTable(props: { permissions: TopicPermission[] | undefined; shows: Side }) {
  return (
    <RowTable
      label="Topic permissions"
      rows={props.permissions}
      rowKey={(one) => `${one.user}\n${one.vhost}\n${one.exchange}`}
      empty="None: all routing keys of topic exchanges may be used."
      columns={[
        { id: 'side', label: props.shows === 'user' ? 'User' : 'Virtual host', key: (one) => one[props.shows], cell: (one) => <SideLink side={props.shows} one={one} /> },
        { id: 'exchange', label: 'Exchange', key: (one) => one.exchange, cell: (one) => exchangeTitle(one.exchange) },
        { id: 'write', label: 'Write', cell: (one) => <code>{one.write || '(nothing)'}</code> },
        { id: 'read', label: 'Read', cell: (one) => <code>{one.read || '(nothing)'}</code> },
        {
          id: 'actions',
          label: '',
          cell: (one) => (
            <ConfirmButton
              small
              label="Clear"
              title="Clear the topic permissions?"
              // The API clears those of all exchanges, the command those of one.
              action={{ method: 'DELETE', path: '/topic-permissions' + path(one.vhost, one.user), cli: ['clear_topic_permissions', '-p', one.vhost, one.user] }}
              said="The topic permissions are cleared."
              what={
                <p>
                  <strong>{props.permissions?.filter((other) => other.user === one.user && other.vhost === one.vhost).length}</strong> topic permissions of {one.user} in{' '}
                  {one.vhost} would be cleared.
                </p>
              }
            />
          ),
        },
      ]}
    />
  );
}

function useUsers(): string[] {
  const users = useLive<{ name: string }[]>('/users?columns=name', { once: true });
  return (users.data ?? []).map((user) => user.name).sort();
}

function useSides(fixed: { user?: string; vhost?: string }) {
  const users = useUsers();
  const vhosts = useVhosts();
  const [user, setUser] = useState('');
  const [vhost, setVhost] = useState('');
  const chosenUser = fixed.user ?? (user || users[0] || '');
  const chosenVhost = fixed.vhost ?? (vhost || vhosts[0] || '');
  const field =
    fixed.user === undefined ? (
      <ChoiceField label="User" value={chosenUser} set={setUser} choices={users} />
    ) : (
      <ChoiceField label="Virtual host" value={chosenVhost} set={setVhost} choices={vhosts} />
    );
  return { user: chosenUser, vhost: chosenVhost, field };
}

export function SetPermission(props: { user?: string; vhost?: string; close: () => void }) {
  const { user, vhost, field } = useSides(props);
  const [configure, setConfigure] = useState('.*');
  const [write, setWrite] = useState('.*');
  const [read, setRead] = useState('.*');
  return (
    <ActionForm
      submit="Set"
      cancel={props.close}
      action={() => ({
        method: 'PUT',
        path: '/permissions' + path(vhost, user),
        body: { configure, write, read },
        cli: ['set_permissions', '-p', vhost, user, configure, write, read],
      })}
      done={() => {
        props.close();
        void refreshPermissions();
        say(`${user} may use ${vhost}.`);
      }}
    >
      {field}
      <TextField label="Configure" value={configure} set={setConfigure} hint="declare and delete" />
      <TextField label="Write" value={write} set={setWrite} hint="publish, bind to" />
      <TextField label="Read" value={read} set={setRead} hint="consume, get, purge, bind from" />
      <p class="wide muted">Regular expressions on the names of exchanges and queues; empty allows nothing.</p>
    </ActionForm>
  );
}

export function SetTopicPermission(props: { user?: string; vhost?: string; close: () => void }) {
  const { user, vhost, field } = useSides(props);
  const [exchange, setExchange] = useState('amq.topic');
  const [write, setWrite] = useState('.*');
  const [read, setRead] = useState('.*');
  return (
    <ActionForm
      submit="Set"
      cancel={props.close}
      action={() => ({
        method: 'PUT',
        path: '/topic-permissions' + path(vhost, user),
        body: { exchange, write, read },
        cli: ['set_topic_permissions', '-p', vhost, user, exchange, write, read],
      })}
      done={props.close}
    >
      {field}
      <TextField label="Exchange" value={exchange} set={setExchange} required />
      <TextField label="Write" value={write} set={setWrite} hint="routing keys to publish with" />
      <TextField label="Read" value={read} set={setRead} hint="binding keys to bind with" />
    </ActionForm>
  );
}
