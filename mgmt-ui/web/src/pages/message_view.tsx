// One message: where it came from, its properties and its body as text, JSON or hex.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { GotMessage } from '../api/types';
import { Badge, Facts, Table } from '../ui/status';
import { bytes, text } from '../ui/value';
import { exchangeTitle } from './links';

type Body = Pick<GotMessage, 'payload' | 'payload_encoding'>;
type Shown = Omit<GotMessage, 'message_count' | 'properties'> & { properties: Record<string, unknown> | unknown[]; payload_truncated?: boolean };

export function bytesOf(body: Body): Uint8Array {
  if (body.payload_encoding !== 'base64') return new TextEncoder().encode(body.payload);
  try {
    return Uint8Array.from(atob(body.payload), (character) => character.charCodeAt(0));
  } catch {
    return new TextEncoder().encode(body.payload);
  }
}

export function hexOf(body: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < body.length; at += 16) {
    const row = [...body.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const shown = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${shown}`);
  }
  return lines.join('\n');
}

function jsonOf(body: Body): string | undefined {
  if (body.payload_encoding !== 'string' || !/^\s*[[{"]/.test(body.payload)) return undefined;
  try {
    return JSON.stringify(JSON.parse(body.payload), null, 2);
  } catch {
    return undefined;
  }
}

export function saveBody(body: Body, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytesOf(body) as BlobPart]));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export function MessageView(props: {
  message: Shown;
  title: string;
  badges?: ComponentChildren;
  facts?: [string, ComponentChildren][];
  save?: () => void; // where what is here is not the whole body
}) {
  const { message } = props;
  const json = jsonOf(message);
  const views = [...(json ? ['JSON'] : []), ...(message.payload_encoding === 'string' ? ['text'] : []), 'hex'];
  const [chosen, choose] = useState(views[0]!);
  const view = views.includes(chosen) ? chosen : views[0]!;
  const { headers, ...properties } = message.properties as { headers?: Record<string, unknown> };
  const body = view === 'JSON' ? json : view === 'text' ? message.payload : hexOf(bytesOf(message));
  const save = props.save ?? (() => saveBody(message, `${props.title.replaceAll(' ', '-').toLowerCase()}.bin`));
  return (
    <article class="message" aria-label={props.title}>
      <header>
        <strong>{props.title.replace(/^Message /, '')}</strong>
        <span>
          {exchangeTitle(message.exchange)} → <code>{message.routing_key}</code>
        </span>
        {props.badges}
        {message.redelivered && <Badge tone="warn">redelivered</Badge>}
        <span class="grow" />
        <span class="muted">{bytes(message.payload_bytes)}</span>
        <select aria-label="Show the body as" value={view} onChange={(event) => choose(event.currentTarget.value)}>
          {views.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <button type="button" class="small" onClick={save}>
          Download
        </button>
      </header>
      <Facts
        facts={[
          ...(props.facts ?? []),
          ...Object.entries(properties).map(([name, value]): [string, string] => [name, text(value)]),
          ['headers', <Table value={headers} />],
        ]}
      />
      <pre class="payload" tabIndex={0} aria-label="Body">
        {body}
      </pre>
      {message.payload_truncated && <p class="message-end muted">Only the beginning of the body is shown; the download has all of it.</p>}
    </article>
  );
}
