import { useState } from 'preact/hooks';
import { path } from '../api/client';
import type { UserRecord } from '../api/types';
import { link } from '../route/route';
import { DialogButton } from '../ui/dialog';
import { ActionForm, ChoiceField, TextField } from '../ui/form';
import { Badge, Heading } from '../ui/status';
import { ServerTable } from '../ui/table';
import { Access, useAllAccess } from './all_access';
import { say } from '../ui/toast';

export const kTags = ['administrator', 'monitoring', 'policymaker', 'management', 'impersonator'];

export function TagsField(props: { tags: string; set: (tags: string) => void }) {
  return (
    <TextField
      label="Tags"
      value={props.tags}
      set={props.set}
      wide
      suggestions={kTags}
      hint="Divided by commas. administrator, monitoring, policymaker and management open the dashboard; without a tag a user can only use AMQP."
    />
  );
}

function AddUser(props: { close: () => void }) {
  const [name, setName] = useState('');
  const [kind, setKind] = useState('password');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [hash, setHash] = useState('');
  const [tags, setTags] = useState('');
  const secret = kind === 'password' ? { password } : kind === 'hash' ? { password_hash: hash } : { password_hash: '' };
  const differs = kind === 'password' && again !== '' && password !== again;
  return (
    <ActionForm
      submit="Add"
      cancel={props.close}
      disabled={kind === 'password' && password !== again}
      action={() => ({
        method: 'PUT',
        path: '/users' + path(name),
        body: { ...secret, tags },
        ...(kind === 'password' && { cli: ['add_user', name] }),
      })}
      done={() => {
        props.close();
        say(`User ${name} is added. It has no permission yet.`);
      }}
    >
      <TextField label="Name" value={name} set={setName} required autoFocus />
      <ChoiceField
        label="Logs in with"
        value={kind}
        set={setKind}
        choices={[['password', 'a password'], ['hash', 'the hash of a password'], ['none', 'no password (certificates alone)']]}
      />
      {kind === 'password' && (
        <>
          <TextField label="Password" type="password" value={password} set={setPassword} required autoComplete="new-password" />
          <TextField
            label="Password again"
            type="password"
            value={again}
            set={setAgain}
            required
            autoComplete="new-password"
            hint={differs ? 'The two differ.' : undefined}
          />
        </>
      )}
      {kind === 'hash' && <TextField label="Hash (base64)" value={hash} set={setHash} required wide />}
      <TagsField tags={tags} set={setTags} />
    </ActionForm>
  );
}

export function Users() {
  const access = useAllAccess('user');
  return (
    <>
      <Heading title="Users">
        <DialogButton label="Add a user" tone="primary">
          {(close) => <AddUser close={close} />}
        </DialogButton>
      </Heading>
      <ServerTable
        name="users"
        label="users"
        path="/users"
        sort="name"
        rowKey={(user: UserRecord) => user.name}
        empty="There is no user."
        columns={[
          { id: 'name', label: 'Name', sort: 'name', cell: (user) => <div class="name"><a href={link(['users', user.name])}>{user.name}</a></div> },
          { id: 'tags', label: 'Tags', cell: (user) => (user.tags.length ? user.tags.map((tag) => <Badge key={tag}>{tag}</Badge>) : <span class="muted">none</span>) },
          { id: 'access', label: 'Can access virtual hosts', cell: (user) => <Access names={access.get(user.name)} page="vhosts" none="No access" /> },
          { id: 'password', label: 'Password', cell: (user) => (user.password_hash ? 'set' : <Badge tone="warn">none</Badge>) },
          { id: 'limits', label: 'Limits', cell: (user) => Object.entries(user.limits ?? {}).map(([name, value]) => `${name} ${String(value)}`).join(', ') || <span class="muted">none</span> },
        ]}
      />
    </>
  );
}
