// One user: tags, password, what it may do where.

import { useState } from 'preact/hooks';
import { path } from '../api/client';
import { useLive } from '../api/live';
import type { TopicPermission, UserPermission, UserRecord } from '../api/types';
import { go, link } from '../route/route';
import { whoami } from '../session/session';
import { ConfirmButton, DialogButton } from '../ui/dialog';
import { ActionForm, TextField } from '../ui/form';
import { Badge, Facts, Failure, Heading, Panel } from '../ui/status';
import { say } from '../ui/toast';
import { plural } from '../ui/value';
import { LimitsTable } from './limits';
import { PermissionsTable, SetPermission, SetTopicPermission, TopicPermissionsTable } from './permissions';
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

export function UserPage(props: { name: string }) {
  const base = '/users' + path(props.name);
  const live = useLive<UserRecord>(base);
  const permissions = useLive<UserPermission[]>(base + '/permissions');
  const topics = useLive<TopicPermission[]>(base + '/topic-permissions');
  const user = live.data;
  if (!user) {
    return (
      <>
        <Heading kind="User" title={props.name} />
        <Failure error={live.error} />
      </>
    );
  }
  const isMe = user.name === whoami()?.name;
  return (
    <>
      <Heading kind="User" title={user.name}>
        <DialogButton label="Change tags">{(close) => <ChangeTags user={user} close={close} />}</DialogButton>
        <DialogButton label="Change password">{(close) => <ChangePassword user={user} close={close} />}</DialogButton>
        {!isMe && (
          <ConfirmButton
            label="Delete"
            title={`Delete ${user.name}?`}
            action={{ method: 'DELETE', path: base, cli: ['delete_user', user.name] }}
            said={`User ${user.name} is deleted.`}
            done={() => go(link(['users']))}
            what={
              <p>
                The user and <strong>{plural((permissions.data?.length ?? 0) + (topics.data?.length ?? 0), 'permission')}</strong> would be deleted. Its connections
                would be closed.
              </p>
            }
          />
        )}
      </Heading>
      <Panel title="Details">
        <Facts
          facts={[
            ['Tags', user.tags.length ? user.tags.map((tag) => <Badge key={tag}>{tag}</Badge>) : <span class="muted">none: AMQP alone</span>],
            ['Password', user.password_hash ? `set (${(user.hashing_algorithm ?? '').replace('rabbit_password_hashing_', '')})` : 'none'],
          ]}
        />
      </Panel>
      <Panel
        title="Permissions"
        aside={<DialogButton label="Set a permission">{(close) => <SetPermission user={user.name} close={close} />}</DialogButton>}
      >
        <PermissionsTable permissions={permissions.data} shows="vhost" />
      </Panel>
      <Panel
        title="Topic permissions"
        aside={<DialogButton label="Set a topic permission">{(close) => <SetTopicPermission user={user.name} close={close} />}</DialogButton>}
      >
        <TopicPermissionsTable permissions={topics.data} shows="vhost" />
      </Panel>
      <Panel title="Limits">
        <LimitsTable kind="user" name={user.name} />
      </Panel>
    </>
  );
}
