// Who may do what in which vhost, seen from the user or from the vhost.

import { useState } from 'preact/hooks';
import { path } from '../api/client';
import { useLive } from '../api/live';
import type { TopicPermission, UserPermission } from '../api/types';
import { link } from '../route/route';
import { refreshPermissions } from '../session/session';
import { ConfirmButton } from '../ui/dialog';
import { ActionForm, ChoiceField, TextField } from '../ui/form';
import { type Column, RowTable } from '../ui/table';
import { say } from '../ui/toast';
import { plural } from '../ui/value';
import { exchangeTitle, useVhosts } from './links';

export type Side = 'user' | 'vhost';

interface Allowed {
  user: string;
  vhost: string;
}

// The other side of a permission: the page is about the one of them.
function sideColumn<Row extends Allowed>(side: Side): Column<Row> {
  const page = side === 'user' ? 'users' : 'vhosts';
  return {
    id: 'side',
    label: side === 'user' ? 'User' : 'Virtual host',
    key: (one) => one[side],
    cell: (one) => <a href={link([page, one[side]])}>{one[side]}</a>,
  };
}

function patternColumn<Row, Name extends keyof Row & string>(name: Name): Column<Row> {
  return { id: name, label: name[0]!.toUpperCase() + name.slice(1), cell: (one) => <code>{String(one[name] || '(nothing)')}</code> };
}

function ClearPermission(props: { one: UserPermission }) {
  const { user, vhost } = props.one;
  return (
    <ConfirmButton
      small
      label="Clear"
      title="Clear the permission?"
      action={{ method: 'DELETE', path: '/permissions' + path(vhost, user), cli: ['clear_permissions', '-p', vhost, user] }}
      said="The permission is cleared."
      done={() => void refreshPermissions()}
      what={
        <p>
          <strong>1 permission</strong>: {user} could enter {vhost} no more.
        </p>
      }
    />
  );
}

export function PermissionsTable(props: { permissions: UserPermission[] | undefined; shows: Side }) {
  return (
    <RowTable<UserPermission>
      label="Permissions"
      rows={props.permissions}
      rowKey={(one) => `${one.user}\n${one.vhost}`}
      empty={props.shows === 'vhost' ? 'No permission: this user can enter no virtual host.' : 'No user may enter this virtual host.'}
      columns={[
        sideColumn(props.shows),
        patternColumn('configure'),
        patternColumn('write'),
        patternColumn('read'),
        { id: 'actions', label: '', cell: (one) => <ClearPermission one={one} /> },
      ]}
    />
  );
}

// The API clears those of all exchanges, the command too unless it is given one.
function ClearTopicPermissions(props: { one: TopicPermission; all: TopicPermission[] }) {
  const { user, vhost } = props.one;
  const amount = props.all.filter((other) => other.user === user && other.vhost === vhost).length;
  return (
    <ConfirmButton
      small
      label="Clear"
      title="Clear the topic permissions?"
      action={{ method: 'DELETE', path: '/topic-permissions' + path(vhost, user), cli: ['clear_topic_permissions', '-p', vhost, user] }}
      said="The topic permissions are cleared."
      what={
        <p>
          <strong>{plural(amount, 'topic permission')}</strong> of {user} in {vhost} would be cleared.
        </p>
      }
    />
  );
}

export function TopicPermissionsTable(props: { permissions: TopicPermission[] | undefined; shows: Side }) {
  return (
    <RowTable<TopicPermission>
      label="Topic permissions"
      rows={props.permissions}
      rowKey={(one) => `${one.user}\n${one.vhost}\n${one.exchange}`}
      empty="None: all routing keys of topic exchanges may be used."
      columns={[
        sideColumn(props.shows),
        { id: 'exchange', label: 'Exchange', key: (one) => one.exchange, cell: (one) => exchangeTitle(one.exchange) },
        patternColumn('write'),
        patternColumn('read'),
        { id: 'actions', label: '', cell: (one) => <ClearTopicPermissions one={one} all={props.permissions ?? []} /> },
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
