// Names that lead to their page, and the choice of a vhost.

import type { ComponentChildren } from 'preact';
import { useLive } from '../api/live';
import { exchangeSegment, link, useQuery } from '../route/route';

export function QueueLink(props: { vhost: string; name: string }) {
  return <a href={link(['queues', props.vhost, props.name])}>{props.name}</a>;
}

export function exchangeTitle(name: string): string {
  return name === '' ? '(default)' : name;
}

export function ExchangeLink(props: { vhost: string; name: string }) {
  return <a href={link(['exchanges', props.vhost, exchangeSegment(props.name)])}>{exchangeTitle(props.name)}</a>;
}

export function ConnectionLink(props: { name: string | undefined; children?: ComponentChildren }) {
  if (!props.name) return <span class="muted">–</span>;
  return <a href={link(['connections', props.name])}>{props.children ?? props.name}</a>;
}

export function ChannelLink(props: { name: string | undefined; children?: ComponentChildren }) {
  if (!props.name) return <span class="muted">–</span>;
  return <a href={link(['channels', props.name])}>{props.children ?? props.name}</a>;
}

export function useVhosts(): string[] {
  const vhosts = useLive<{ name: string }[]>('/vhosts?columns=name', { once: true });
  return (vhosts.data ?? []).map((vhost) => vhost.name).sort();
}

// Which vhost lists show; empty: all. In the address, and carried from page to page.
export function useVhost(): [string, (vhost: string) => void] {
  return useQuery('vhost');
}

export function VhostChoice() {
  const vhosts = useVhosts();
  const [vhost, choose] = useVhost();
  if (vhosts.length < 2 && !vhost) return null;
  const known = vhost && !vhosts.includes(vhost) ? [vhost, ...vhosts] : vhosts;
  return (
    <label class="check">
      Virtual host
      <select value={vhost} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">all</option>
        {known.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
