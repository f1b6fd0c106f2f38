// The same action as a line for a shell.

import { useState } from 'preact/hooks';
import type { Action } from '../api/client';
import { whoami } from '../session/session';

export function quote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

// Passwords stay out of what is shown and copied.
function shownBody(action: Action): string {
  if (action.shown !== undefined) return action.shown;
  if (typeof action.body === 'string') return action.body;
  return JSON.stringify(action.body, (key, value: unknown) => (key === 'password' && value ? 'PASSWORD' : value));
}

export function curlOf(action: Action): string {
  const base = location.origin + location.pathname.replace(/[^/]*$/, '') + 'api';
  const words = ['curl', '-u', quote(whoami()?.name ?? 'USER')];
  if (action.method !== 'GET') words.push('-X', action.method);
  for (const [name, value] of Object.entries(action.headers ?? {})) words.push('-H', quote(`${name}: ${value}`));
  if (action.body !== undefined) {
    words.push('-H', quote('content-type: application/json'), '-d', quote(shownBody(action)));
  }
  words.push(quote(base + action.path));
  return words.join(' ');
}

function Line(props: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(props.text);
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    } catch {
      setCopied(false);
    }
  };
  return (
    <div class="command">
      <pre tabIndex={0} aria-label={props.label}>
        {props.text}
      </pre>
      {!!navigator.clipboard && (
        <button type="button" class="small" onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      )}
    </div>
  );
}

export function Commands(props: { action: Action | undefined }) {
  if (!props.action) return null;
  return (
    <details class="commands">
      <summary>As a command</summary>
      <Line label="curl" text={curlOf(props.action)} />
      {props.action.cli && <Line label="coneyctl" text={['coneyctl', ...props.action.cli.map(quote)].join(' ')} />}
    </details>
  );
}
