// The page of one object: what stands there until it has been read, or when there is none.

import type { ComponentChildren } from 'preact';
import type { Live } from '../api/live';
import { Age, Failure, Heading } from '../ui/status';

export function ObjectPage<T>(props: {
  kind: string | ((object: T) => string);
  // Until it has been read.
  name: string;
  title?: (object: T) => ComponentChildren;
  live: Live<T>;
  // Beside the title, behind the age of what is shown.
  aside: (object: T) => ComponentChildren;
  children: (object: T) => ComponentChildren;
}) {
  const { live } = props;
  if (live.data === undefined) {
    return (
      <>
        <Heading kind={typeof props.kind === 'string' ? props.kind : ''} title={props.name} />
        <Failure error={live.error} />
      </>
    );
  }
  return (
    <>
      <Heading kind={typeof props.kind === 'string' ? props.kind : props.kind(live.data)} title={props.title?.(live.data) ?? props.name}>
        <Age readAt={live.readAt} error={live.error} />
        {props.aside(live.data)}
      </Heading>
      {props.children(live.data)}
    </>
  );
}
