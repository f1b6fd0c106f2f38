// Who may do what, and how much: of a user in each vhost, or in a vhost of each user.

import { path } from '../api/client';
import { useLive } from '../api/live';
import type { TopicPermission, UserPermission } from '../api/types';
import { DialogButton } from '../ui/dialog';
import { Panel } from '../ui/status';
import { LimitsPanel } from './limits';
import { PermissionsTable, SetPermission, SetTopicPermission, type Side, TopicPermissionsTable } from './permissions';

export interface Access {
  permissions: UserPermission[] | undefined;
  topics: TopicPermission[] | undefined;
}

// Of the user or the vhost of this name; `mayRead` false: nothing is asked.
export function useAccess(kind: Side, name: string, mayRead = true): Access {
  const base = mayRead ? `/${kind}s` + path(name) : undefined;
  const permissions = useLive<UserPermission[]>(base && base + '/permissions');
  const topics = useLive<TopicPermission[]>(base && base + '/topic-permissions');
  return { permissions: permissions.data, topics: topics.data };
}

export function AccessPanels(props: { kind: Side; name: string; access: Access }) {
  const { kind, name, access } = props;
  const shows: Side = kind === 'user' ? 'vhost' : 'user';
  const fixed = kind === 'user' ? { user: name } : { vhost: name };
  return (
    <>
      <Panel title="Permissions" aside={<DialogButton label="Set a permission">{(close) => <SetPermission {...fixed} close={close} />}</DialogButton>}>
        <PermissionsTable permissions={access.permissions} shows={shows} />
      </Panel>
      <Panel
        title="Topic permissions"
        aside={<DialogButton label="Set a topic permission">{(close) => <SetTopicPermission {...fixed} close={close} />}</DialogButton>}
      >
        <TopicPermissionsTable permissions={access.topics} shows={shows} />
      </Panel>
      <LimitsPanel kind={kind} name={name} />
    </>
  );
}
