// The address holds the whole view: #/queues/%2F/orders?tab=bindings. Paths are RabbitMQ's, so that
// old bookmarks lead to the same place.

import { useLayoutEffect, useState } from 'preact/hooks';

export interface Route {
  path: string[];
  query: Record<string, string>;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  return {
    path: path.split('/').filter(Boolean).map(decode),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

export function link(path: (string | number)[], query: Record<string, string | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value) search.set(key, value);
  const text = search.toString();
  return '#/' + path.map((part) => encodeURIComponent(String(part))).join('/') + (text ? '?' + text : '');
}

// An exchange has an empty name where a path needs something.
export const exchangeSegment = (name: string) => (name === '' ? 'amq.default' : name);

export function go(target: string): void {
  location.hash = target;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  // A layout effect: another one runs once the page is painted, and misses what changes before.
  useLayoutEffect(() => {
    const changed = () => setRoute(parseRoute(location.hash));
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  return route;
}

// One value of the query; setting it replaces the address without a new entry in the history.
export function useQuery(name: string, fallback = ''): [string, (value: string) => void] {
  const route = useRoute();
  return [route.query[name] ?? fallback, (value) => setQuery({ [name]: value === fallback ? undefined : value })];
}

export function setQuery(changes: Record<string, string | undefined>): void {
  const route = parseRoute(location.hash);
  const target = link(route.path, { ...route.query, ...changes });
  if (target === location.hash) return;
  history.replaceState(null, '', target);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}
