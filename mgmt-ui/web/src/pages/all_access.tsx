// Which users may enter which vhosts, seen from either: a column of their lists.

import { useMemo } from 'preact/hooks';
import { useLive } from '../api/live';
import type { UserPermission } from '../api/types';
import { link } from '../route/route';
import { isAdministrator } from '../session/session';
import { Badge } from '../ui/status';
import { count } from '../ui/value';
import type { Side } from './permissions';

// The names of the other side, for each name of this one.
export function useAllAccess(side: Side): Map<string, string[]> {
  const live = useLive<UserPermission[]>(isAdministrator() ? '/permissions?columns=user,vhost' : undefined);
  return useMemo(() => {
    const names = new Map<string, string[]>();
    const other = side === 'user' ? 'vhost' : 'user';
    for (const one of live.data ?? []) {
      const known = names.get(one[side]);
      if (known) known.push(one[other]);
      else names.set(one[side], [one[other]]);
    }
    return names;
  }, [live.data, side]);
}

const kShown = 8; // names; the rest is counted

export function Access(props: { names: string[] | undefined; page: 'users' | 'vhosts'; none: string }) {
  const names = props.names ?? [];
  if (names.length === 0) return <Badge tone="warn">{props.none}</Badge>;
  return (
    <>
      {names.slice(0, kShown).map((name, at) => (
        <span key={name}>
          {at > 0 && ', '}
          <a href={link([props.page, name])}>{name}</a>
        </span>
      ))}
      {names.length > kShown && <span class="muted"> and {count(names.length - kShown)} more</span>}
    </>
  );
}
