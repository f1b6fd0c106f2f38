// Tabs whose choice is in the address.

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
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
  const step = (by: number) => {
    const at = props.tabs.findIndex((tab) => tab === current);
    const next = props.tabs[(at + by + props.tabs.length) % props.tabs.length];
    if (!next) return;
    choose(next.id);
    document.getElementById(`${base}-${next.id}`)?.focus();
  };
  return (
    <div class="tabs">
      <div role="tablist" aria-label={props.label}>
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
            onKeyDown={(event) => {
              if (event.key === 'ArrowRight') step(1);
              if (event.key === 'ArrowLeft') step(-1);
            }}
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
