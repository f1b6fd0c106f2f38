// One message: where it came from, its properties and its body as text, JSON or hex.

import { useState } from 'preact/hooks';
import type { GotMessage } from '../api/types';
import { Badge, Facts, Table } from '../ui/status';
import { bytes, text } from '../ui/value';
import { exchangeTitle } from './links';

export function bytesOf(message: Pick<GotMessage, 'payload' | 'payload_encoding'>): Uint8Array {
  if (message.payload_encoding !== 'base64') return new TextEncoder().encode(message.payload);
  try {
    return Uint8Array.from(atob(message.payload), (character) => character.charCodeAt(0));
  } catch {
    return new TextEncoder().encode(message.payload);
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

function jsonOf(message: GotMessage): string | undefined {
  if (message.payload_encoding !== 'string' || !/^\s*[[{"]/.test(message.payload)) return undefined;
  try {
    return JSON.stringify(JSON.parse(message.payload), null, 2);
  } catch {
    return undefined;
  }
}

function download(message: GotMessage, number: number): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytesOf(message) as BlobPart]));
  link.download = `message-${number}.bin`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export function MessageView(props: { message: GotMessage; number: number }) {
  const { message } = props;
  const json = jsonOf(message);
  const views = [...(json ? ['JSON'] : []), ...(message.payload_encoding === 'string' ? ['text'] : []), 'hex'];
  const [chosen, choose] = useState(views[0]!);
  const view = views.includes(chosen) ? chosen : views[0]!;
  const { headers, ...properties } = message.properties as { headers?: Record<string, unknown> };
  const body = view === 'JSON' ? json : view === 'text' ? message.payload : hexOf(bytesOf(message));
  return (
    <article class="message" aria-label={`Message ${props.number}`}>
      <header>
        <strong>{props.number}</strong>
        <span>
          {exchangeTitle(message.exchange)} → <code>{message.routing_key}</code>
        </span>
        {message.redelivered && <Badge tone="warn">redelivered</Badge>}
        <span class="grow" />
        <span class="muted">{bytes(message.payload_bytes)}</span>
        <select aria-label="Show the body as" value={view} onChange={(event) => choose(event.currentTarget.value)}>
          {views.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <button type="button" class="small" onClick={() => download(message, props.number)}>
          Download
        </button>
      </header>
      <Facts
        facts={[
          ...Object.entries(properties).map(([name, value]): [string, string] => [name, text(value)]),
          ['headers', <Table value={headers} />],
        ]}
      />
      <pre class="payload" tabIndex={0} aria-label="Body">
        {body}
      </pre>
    </article>
  );
}
