// Tabs whose choice is in the address.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useQuery } from '../route/route';

export interface Tab {
  id: string;
  label: string;
  count?: number | undefined;
  body: () => ComponentChildren;
}

export function Tabs(props: { label: string; tabs: Tab[] }) {
  const [chosen, choose] = useQuery('tab', props.tabs[0]?.id ?? '');
  const base = useId();
  const current = props.tabs.find((tab) => tab.id === chosen) ?? props.tabs[0];
  const list = useRef<HTMLDivElement>(null);
  // Where there are more than fit, the chosen one is in sight.
  useEffect(() => {
    const tab = document.getElementById(`${base}-${current?.id}`);
    if (list.current && tab) list.current.scrollLeft = tab.offsetLeft + tab.offsetWidth / 2 - list.current.clientWidth / 2;
  }, [current?.id]);
  const at = props.tabs.findIndex((tab) => tab === current);
  const last = props.tabs.length - 1;
  const pressed = (event: KeyboardEvent) => {
    const places: Record<string, number> = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last };
    const next = props.tabs[places[event.key] ?? -1];
    if (!next) return;
    event.preventDefault();
    choose(next.id);
    document.getElementById(`${base}-${next.id}`)?.focus();
  };
  return (
    <div class="tabs">
      <div ref={list} role="tablist" aria-label={props.label}>
        {props.tabs.map((tab) => (
          <button
            key={tab.id}
            id={`${base}-${tab.id}`}
            type="button"
            role="tab"
            aria-selected={tab === current}
            aria-controls={`${base}-panel`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => choose(tab.id)}
            onKeyDown={pressed}
          >
            {tab.label}
            {tab.count !== undefined && <span class="muted"> {tab.count}</span>}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-${current?.id}`}>
        {current?.body()}
      </div>
    </div>
  );
}
