// One user: tags, password, what it may do where.

import { useState } from 'preact/hooks';
import { path } from '../api/client';
import { useLive } from '../api/live';
import type { UserRecord } from '../api/types';
import { go, link } from '../route/route';
import { whoami } from '../session/session';
import { ConfirmButton, DialogButton } from '../ui/dialog';
import { ActionForm, TextField } from '../ui/form';
import { Badge, Facts, Panel } from '../ui/status';
import { say } from '../ui/toast';
import { plural } from '../ui/value';
import { AccessPanels, useAccess } from './access';
import { ObjectPage } from './object_page';
import { TagsField } from './users';

function ChangeTags(props: { user: UserRecord; close: () => void }) {
  const { user } = props;
  const [tags, setTags] = useState(user.tags.join(','));
  return (
    <ActionForm
      submit="Save"
      cancel={props.close}
      action={() => ({
        method: 'PUT',
        path: '/users' + path(user.name),
        body: { password_hash: user.password_hash ?? '', hashing_algorithm: user.hashing_algorithm, tags },
        cli: ['set_user_tags', user.name, ...tags.split(',').map((tag) => tag.trim()).filter(Boolean)],
      })}
      done={props.close}
    >
      <TagsField tags={tags} set={setTags} />
    </ActionForm>
  );
}

function ChangePassword(props: { user: UserRecord; close: () => void }) {
  const { user } = props;
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  return (
    <ActionForm
      submit="Change"
      cancel={props.close}
      disabled={password !== again}
      action={() => ({
        method: 'PUT',
        path: '/users' + path(user.name),
        body: { password, tags: user.tags.join(',') },
        cli: ['change_password', user.name],
      })}
      done={() => {
        props.close();
        say(`The password of ${user.name} is changed.`);
      }}
    >
      <TextField label="New password" type="password" value={password} set={setPassword} required autoComplete="new-password" />
      <TextField
        label="New password again"
        type="password"
        value={again}
        set={setAgain}
        required
        autoComplete="new-password"
        hint={again && password !== again ? 'The two differ.' : undefined}
      />
      {user.name === whoami()?.name && <p class="wide muted">It is your own: you will have to log in again.</p>}
    </ActionForm>
  );
}

function Delete(props: { user: UserRecord; permissions: number }) {
  const { user } = props;
  return (
    <ConfirmButton
      label="Delete"
      title={`Delete ${user.name}?`}
      action={{ method: 'DELETE', path: '/users' + path(user.name), cli: ['delete_user', user.name] }}
      said={`User ${user.name} is deleted.`}
      done={() => go(link(['users']))}
      what={
        <p>
          The user and <strong>{plural(props.permissions, 'permission')}</strong> would be deleted. Its connections would be closed.
        </p>
      }
    />
  );
}

export function UserPage(props: { name: string }) {
  const live = useLive<UserRecord>('/users' + path(props.name));
  const access = useAccess('user', props.name);
  const permissions = (access.permissions?.length ?? 0) + (access.topics?.length ?? 0);
  return (
    <ObjectPage
      kind="User"
      name={props.name}
      live={live}
      aside={(user) => (
        <>
          <DialogButton label="Change tags">{(close) => <ChangeTags user={user} close={close} />}</DialogButton>
          <DialogButton label="Change password">{(close) => <ChangePassword user={user} close={close} />}</DialogButton>
          {user.name !== whoami()?.name && <Delete user={user} permissions={permissions} />}
        </>
      )}
    >
      {(user) => (
        <>
          <Panel title="Details">
            <Facts
              facts={[
                ['Tags', user.tags.length ? user.tags.map((tag) => <Badge key={tag}>{tag}</Badge>) : <span class="muted">none: AMQP alone</span>],
                ['Password', user.password_hash ? `set (${(user.hashing_algorithm ?? '').replace('rabbit_password_hashing_', '')})` : 'none'],
              ]}
            />
          </Panel>
          <AccessPanels kind="user" name={user.name} access={access} />
        </>
      )}
    </ObjectPage>
  );
}
