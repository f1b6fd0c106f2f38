// The frame around the pages, and which address leads to which page.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { kIntervals, refreshAll, useInterval, useLive } from './api/live';
import type { Overview as OverviewData } from './api/types';
import { ChannelPage, Channels } from './pages/channels';
import { Configuration } from './pages/configuration';
import { ConnectionPage, Connections } from './pages/connections';
import { Consumers } from './pages/consumers';
import { Definitions } from './pages/definitions';
import { ExchangePage } from './pages/exchange';
import { Exchanges } from './pages/exchanges';
import { Limits } from './pages/limits';
import { Logs } from './pages/logs';
import { Messages, MessagesPage } from './pages/messages';
import { NodePage, Nodes } from './pages/nodes';
import { Now } from './pages/now';
import { Overview } from './pages/overview';
import { Parameters } from './pages/parameters';
import { Policies } from './pages/policies';
import { QueuePage } from './pages/queue';
import { Queues } from './pages/queues';
import { Streams } from './pages/streams';
import { UserPage } from './pages/user';
import { Users } from './pages/users';
import { VhostPage } from './pages/vhost';
import { Vhosts } from './pages/vhosts';
import { link, type Route, useRoute } from './route/route';
import { Login } from './session/login';
import { isAdministrator, isMonitoring, isPolicymaker, logOut, type Permission, resume, setPermissions, useSession } from './session/session';
import { useKeptFocus } from './ui/focus';
import { Empty } from './ui/status';
import { type Theme, useTheme } from './ui/theme';
import { Toasts } from './ui/toast';

interface Place {
  id: string; // first segment of its address
  label: string;
  group: string;
  allowed?: () => boolean;
  page: (route: Route) => ComponentChildren;
}

const kPlaces: Place[] = [
  { id: 'now', label: 'Now', group: '', page: () => <Now /> },
  { id: 'overview', label: 'Overview', group: '', page: () => <Overview /> },
  {
    id: 'connections',
    label: 'Connections',
    group: 'Clients',
    page: ({ path }) => (path[1] ? <ConnectionPage key={path[1]} name={path[1]} /> : <Connections />),
  },
  {
    id: 'channels',
    label: 'Channels',
    group: 'Clients',
    page: ({ path }) => (path[1] ? <ChannelPage key={path[1]} name={path[1]} /> : <Channels />),
  },
  { id: 'consumers', label: 'Consumers', group: 'Clients', page: () => <Consumers /> },
  {
    id: 'exchanges',
    label: 'Exchanges',
    group: 'Messages',
    page: ({ path }) =>
      path[1] && path[2] ? <ExchangePage key={path.join('/')} vhost={path[1]} name={path[2]} /> : <Exchanges />,
  },
  {
    id: 'queues',
    label: 'Queues',
    group: 'Messages',
    page: ({ path }) =>
      path[1] && path[2] ? <QueuePage key={path.join('/')} vhost={path[1]} name={path[2]} /> : <Queues />,
  },
  {
    id: 'streams',
    label: 'Streams',
    group: 'Messages',
    page: ({ path }) =>
      path[1] && path[2] ? <QueuePage key={path.join('/')} vhost={path[1]} name={path[2]} /> : <Streams />,
  },
  {
    id: 'messages',
    label: 'Messages',
    group: 'Messages',
    page: ({ path }) =>
      path[1] && path[2] ? <MessagesPage key={path.join('/')} vhost={path[1]} name={path[2]} /> : <Messages />,
  },
  {
    id: 'nodes',
    label: 'Nodes',
    group: 'Server',
    allowed: isMonitoring,
    page: ({ path }) => (path[1] ? <NodePage key={path[1]} name={path[1]} /> : <Nodes />),
  },
  {
    id: 'configuration',
    label: 'Configuration',
    group: 'Server',
    allowed: isAdministrator,
    page: () => <Configuration />,
  },
  { id: 'logs', label: 'Logs', group: 'Server', allowed: isAdministrator, page: () => <Logs /> },
  {
    id: 'vhosts',
    label: 'Virtual hosts',
    group: 'Admin',
    allowed: isMonitoring,
    page: ({ path }) => (path[1] ? <VhostPage key={path[1]} name={path[1]} /> : <Vhosts />),
  },
  {
    id: 'users',
    label: 'Users',
    group: 'Admin',
    allowed: isAdministrator,
    page: ({ path }) => (path[1] ? <UserPage key={path[1]} name={path[1]} /> : <Users />),
  },
  { id: 'policies', label: 'Policies', group: 'Admin', allowed: isPolicymaker, page: () => <Policies /> },
  { id: 'limits', label: 'Limits', group: 'Admin', allowed: isAdministrator, page: () => <Limits /> },
  { id: 'parameters', label: 'Parameters', group: 'Admin', allowed: isPolicymaker, page: () => <Parameters /> },
  { id: 'definitions', label: 'Definitions', group: 'Admin', allowed: isAdministrator, page: () => <Definitions /> },
];

function Navigation(props: { current: string; vhost: string | undefined; chosen: () => void }) {
  const places = kPlaces.filter((place) => place.allowed?.() ?? true);
  const groups = [...new Set(places.map((place) => place.group))];
  return (
    <nav aria-label="Pages">
      {groups.map((group) => (
        <div key={group} class="nav-group">
          {group && <h2>{group}</h2>}
          <ul>
            {places
              .filter((place) => place.group === group)
              .map((place) => (
                <li key={place.id}>
                  <a
                    href={link([place.id], { vhost: props.vhost })}
                    aria-current={place.id === props.current ? 'page' : undefined}
                    onClick={props.chosen}
                  >
                    {place.label}
                  </a>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function Preferences() {
  const [interval, setInterval] = useInterval();
  const [theme, setTheme] = useTheme();
  return (
    <div class="preferences">
      <label>
        Refresh
        <select value={String(interval)} onChange={(event) => setInterval(Number(event.currentTarget.value))}>
          {kIntervals.map((seconds) => (
            <option key={seconds} value={String(seconds)}>
              {seconds ? `every ${seconds}s` : 'by hand'}
            </option>
          ))}
        </select>
      </label>
      {interval === 0 && (
        <button type="button" class="small" onClick={refreshAll}>
          Refresh now
        </button>
      )}
      <label>
        Theme
        <select value={theme} onChange={(event) => setTheme(event.currentTarget.value as Theme)}>
          <option value="auto">system</option>
          <option value="light">light</option>
          <option value="dark">dark</option>
        </select>
      </label>
    </div>
  );
}

function Frame(props: { user: string; tags: string[] }) {
  const route = useRoute();
  const [isOpen, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const overview = useLive<OverviewData>('/overview?disable_stats=true', { once: true });
  const place = kPlaces.find((one) => one.id === (route.path[0] ?? 'overview') && (one.allowed?.() ?? true));
  const where = route.path.slice(1).join(' / ');
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = [where, place?.label, 'Coney'].filter(Boolean).join(' · ');
    window.scrollTo(0, 0);
    // The keyboard goes on in the page that was chosen, not behind the link that led to it.
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [place, where]);
  useKeptFocus();
  useShortcuts();
  const permissions = useLive<Permission[]>('/whoami/permissions').data;
  useEffect(() => setPermissions(permissions), [permissions]);
  const version = overview.data?.erlang_full_version?.replace(/^none: /, '') ?? '';
  const name = overview.data?.cluster_name ?? overview.data?.node ?? '';
  const menu = useRef<HTMLButtonElement>(null);
  const closeMenu = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen) return;
    setOpen(false);
    menu.current?.focus();
  };
  const leaveMenu = () => {
    setOpen(false);
    main.current?.focus();
  };
  return (
    <div class={isOpen ? 'frame open' : 'frame'}>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>
        Skip to the page
      </a>
      <aside onKeyDown={closeMenu}>
        <div class="brand">
          <button ref={menu} type="button" class="menu-button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            Menu
          </button>
          <strong>Coney</strong>
          <span class="muted" title={`${name}${version && `, ${version}`}`}>
            {name}
          </span>
        </div>
        <div class="side">
          <Navigation current={place?.id ?? ''} vhost={route.query['vhost']} chosen={leaveMenu} />
          <Preferences />
          <div class="version muted">{version}</div>
          <div class="me">
            <span>
              <strong>{props.user}</strong>
              <span class="muted">{props.tags.join(', ')}</span>
            </span>
            <button type="button" class="small" onClick={() => void logOut()}>
              Log out
            </button>
          </div>
        </div>
      </aside>
      <main ref={main} id="main" tabIndex={-1}>
        {place ? place.page(route) : <Empty>There is no such page, or you may not see it.</Empty>}
      </main>
      <Toasts />
    </div>
  );
}

// "/" goes to the filter of a list.
function useShortcuts(): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.key !== '/' || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      const filter = document.querySelector<HTMLInputElement>('[data-filter]');
      if (!filter) return;
      event.preventDefault();
      filter.focus();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
}

export function App() {
  const session = useSession();
  useEffect(() => void resume(), []);
  if (session.user === undefined) return null;
  if (session.user === null) return <Login notice={session.notice} />;
  return <Frame key={session.user.name} user={session.user.name} tags={session.user.tags} />;
}
