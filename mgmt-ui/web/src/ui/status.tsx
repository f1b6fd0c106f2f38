// Small parts that say how things are: states with their word, ages, failures, facts.

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiError } from '../api/client';
import { duration, time } from './value';
import { useInterval } from '../api/live';

export type Tone = 'good' | 'warn' | 'bad' | 'quiet' | 'info';

export function Badge(props: { tone?: Tone; title?: string | undefined; children: ComponentChildren }) {
  return (
    <span class={`badge ${props.tone ?? 'quiet'}`} title={props.title}>
      {props.children}
    </span>
  );
}

const kTones: Record<string, Tone> = {
  running: 'good',
  idle: 'quiet',
  flow: 'warn',
  blocked: 'bad',
  blocking: 'warn',
  down: 'bad',
  stopped: 'bad',
  crashed: 'bad',
  terminated: 'bad',
  paused: 'warn',
};

// What runs and has had nothing to do for a while is idle.
export function State(props: { state: string | undefined; idleSince?: string | undefined }) {
  if (!props.state) return <span class="muted">–</span>;
  if (props.state === 'running' && props.idleSince) return <Badge tone={kTones['idle']!} title={`since ${time(props.idleSince)}`}>idle</Badge>;
  return <Badge tone={kTones[props.state] ?? 'quiet'}>{props.state}</Badge>;
}

export function YesNo(props: { value: unknown }) {
  return props.value ? <span>yes</span> : <span class="muted">no</span>;
}

export function Empty(props: { children: ComponentChildren }) {
  return <p class="empty">{props.children}</p>;
}

export function Failure(props: { error: ApiError | undefined }) {
  if (!props.error) return null;
  const faults = props.error.faults.filter((fault) => fault.pointer);
  return (
    <div class="failure" role="alert">
      <strong>{props.error.status ? `Refused (${props.error.status})` : 'No answer'}</strong> {props.error.message}
      {faults.length > 1 && (
        <ul>
          {faults.map((fault, index) => (
            <li key={index}>
              <code>{fault.pointer}</code> {typeof fault.reason === 'string' ? fault.reason : JSON.stringify(fault.reason)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

// Says how old what is shown is, once it is older than it should be.
export function Age(props: { readAt: number | undefined; error: ApiError | undefined }) {
  const [now, setNow] = useState(Date.now());
  const [interval] = useInterval();
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (props.readAt === undefined) return null;
  const age = now - props.readAt;
  const isStale = props.error !== undefined || (interval > 0 && age > (interval + 5) * 1000);
  if (!isStale && interval > 0) return null;
  return (
    <span class={isStale ? 'age stale' : 'age'} role="status">
      {isStale ? 'stale, ' : ''}
      {duration(age)} old{props.error?.status === 0 ? ': the server does not answer' : ''}
    </span>
  );
}

// A list of facts: [name, value].
export function Facts(props: { facts: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {props.facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Panel(props: { title: string; aside?: ComponentChildren; children: ComponentChildren; id?: string }) {
  return (
    <section class="panel" id={props.id} aria-label={props.title}>
      <header>
        <h2>{props.title}</h2>
        {props.aside}
      </header>
      <div class="panel-body">{props.children}</div>
    </section>
  );
}

export function Heading(props: { title: ComponentChildren; kind?: string; children?: ComponentChildren }) {
  return (
    <div class="heading">
      <h1>
        {props.kind && <span class="kind">{props.kind}</span>}
        {props.title}
      </h1>
      <span class="grow" />
      {props.children}
    </div>
  );
}

// A table of arguments or properties: strings are told from what only looks like them.
export function Table(props: { value: Record<string, unknown> | null | undefined | unknown[] }) {
  const entries = Object.entries(props.value ?? {});
  if (entries.length === 0) return <span class="muted">none</span>;
  return (
    <span class="args">
      {entries.map(([key, value]) => (
        <span key={key} class="arg">
          <span class="arg-name">{key}</span>
          <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
        </span>
      ))}
    </span>
  );
}
