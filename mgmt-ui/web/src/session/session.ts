// Who is logged in, and what is to be shown to that user. The server decides what is allowed; this
// only keeps buttons away that would fail.

import { useLayoutEffect, useState } from 'preact/hooks';
import { ApiError, get, onSessionLost, request } from '../api/client';

export interface User {
  name: string;
  tags: string[];
}

export interface Permission {
  vhost: string;
  configure: string;
  write: string;
  read: string;
}

interface Session {
  user: User | null | undefined; // undefined: not known yet
  permissions: Permission[];
  notice?: string;
}

let session: Session = { user: undefined, permissions: [] };
const kChanged = 'coney:session';

function set(next: Session): void {
  session = next;
  window.dispatchEvent(new Event(kChanged));
}

export function whoami(): User | undefined {
  return session.user ?? undefined;
}

export function useSession(): Session {
  const [, redraw] = useState(0);
  useLayoutEffect(() => {
    const changed = () => redraw((n) => n + 1);
    window.addEventListener(kChanged, changed);
    return () => window.removeEventListener(kChanged, changed);
  }, []);
  return session;
}

async function permissionsOf(): Promise<Permission[]> {
  return get<Permission[]>('/whoami/permissions');
}

export async function resume(): Promise<void> {
  try {
    const user = await get<User>('/whoami');
    set({ user, permissions: await permissionsOf() });
  } catch (failure) {
    const isRefused = failure instanceof ApiError && failure.status === 401;
    set({ user: null, permissions: [], ...(isRefused ? {} : { notice: 'The server does not answer.' }) });
  }
}

// Permissions may have changed: by this user, or by another.
export async function refreshPermissions(): Promise<void> {
  if (session.user) setPermissions(await permissionsOf());
}

export function setPermissions(permissions: Permission[] | undefined): void {
  if (!session.user || !permissions) return;
  if (JSON.stringify(permissions) !== JSON.stringify(session.permissions)) set({ ...session, permissions });
}

export async function logIn(username: string, password: string): Promise<void> {
  const { user } = await request<{ user: User }>({ method: 'POST', path: '/login', body: { username, password } });
  set({ user, permissions: await permissionsOf() });
}

export async function logOut(): Promise<void> {
  try {
    await request({ method: 'DELETE', path: '/login' });
  } finally {
    set({ user: null, permissions: [] });
  }
}

onSessionLost(() => {
  if (session.user) set({ user: null, permissions: [], notice: 'The session has ended. Log in again.' });
});

// --- what the tags allow -----------------------------------------------------------------------------

const has = (...tags: string[]) => session.user?.tags.some((tag) => tags.includes(tag)) ?? false;

export const isAdministrator = () => has('administrator');
export const isMonitoring = () => has('administrator', 'monitoring');
export const isPolicymaker = () => has('administrator', 'policymaker');

function fits(pattern: string, name: string): boolean {
  try {
    return pattern !== '' && new RegExp(pattern).test(name);
  } catch {
    return true; // the server's regular expressions know more: let it decide
  }
}

// As the broker asks it: may the user do this to a queue or an exchange of that name?
export function may(what: 'configure' | 'write' | 'read', vhost: string, name: string): boolean {
  const given = session.permissions.find((permission) => permission.vhost === vhost);
  return given !== undefined && fits(given[what], name === '' ? 'amq.default' : name);
}

// The usual ways to write a permission on no name at all.
const allowsAnything = (pattern: string) => pattern !== '' && pattern !== '^$';

// Has the user any permission of the kind in the vhost? Names are not known yet.
export function mayIn(what: 'configure' | 'write' | 'read', vhost: string): boolean {
  return vhostsWith(what).includes(vhost);
}

// In the vhost, or in any when it is not chosen.
export const mayDeclareIn = (vhost: string): boolean => (vhost ? mayIn('configure', vhost) : vhostsWith('configure').length > 0);

export const vhostsWith = (what: 'configure' | 'write' | 'read'): string[] =>
  session.permissions.filter((permission) => allowsAnything(permission[what])).map((permission) => permission.vhost);
