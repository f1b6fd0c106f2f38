// A row of numbers that matter, large.

import type { ComponentChildren } from 'preact';

export interface Figure {
  name: string;
  value: ComponentChildren;
  more?: ComponentChildren;
  href?: string;
}

export function Figures(props: { label: string; figures: Figure[] }) {
  return (
    <div class="figures" role="group" aria-label={props.label}>
      {props.figures.map((figure) => {
        const body = (
          <>
            <span class="figure-name">{figure.name}</span>
            <span class="figure-value">{figure.value}</span>
            {figure.more && <span class="figure-more">{figure.more}</span>}
          </>
        );
        return figure.href ? (
          <a key={figure.name} class="figure" href={figure.href}>
            {body}
          </a>
        ) : (
          <div key={figure.name} class="figure">
            {body}
          </div>
        );
      })}
    </div>
  );
}
