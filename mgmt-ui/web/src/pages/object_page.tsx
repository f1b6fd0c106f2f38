// The page of one object: what stands there until it has been read, or when there is none.

import type { ComponentChildren } from 'preact';
import type { Live } from '../api/live';
import { Age, Failure, Heading } from '../ui/status';

export function Unread(props: { kind: string; title: ComponentChildren; live: Live<unknown> }) {
  return (
    <>
      <Heading kind={props.kind} title={props.title} />
      <Failure error={props.live.error} />
    </>
  );
}

export function ObjectPage<T>(props: {
  kind: string;
  title: ComponentChildren;
  live: Live<T>;
  // Beside the title, behind the age of what is shown.
  aside: (object: T) => ComponentChildren;
  children: (object: T) => ComponentChildren;
}) {
  const { live } = props;
  if (live.data === undefined) return <Unread kind={props.kind} title={props.title} live={live} />;
  return (
    <>
      <Heading kind={props.kind} title={props.title}>
        <Age readAt={live.readAt} error={live.error} />
        {props.aside(live.data)}
      </Heading>
      {props.children(live.data)}
    </>
  );
}
