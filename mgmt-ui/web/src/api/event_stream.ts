// Server-sent events, read with fetch: an EventSource would meet the browser's own dialog for
// passwords when the session ends.

import { ApiError } from './client';

export type Heard = (event: string, data: string) => void;

function tell(block: string, heard: Heard): void {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) event = line.slice(6).trim();
    if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
  }
  if (data.length) heard(event, data.join('\n'));
}

// Until the server ends it, or `signal`. `opened` is called once the server answers, `alive` whenever
// something comes, be it only a sign of life.
export async function readEvents(where: string, signal: AbortSignal, heard: Heard, opened?: () => void, alive?: () => void): Promise<void> {
  const response = await fetch('api' + where, {
    headers: { accept: 'text/event-stream', 'x-requested-with': 'XMLHttpRequest' },
    signal,
    cache: 'no-store',
  });
  if (!response.ok || !response.body) throw new ApiError(response.status, `The server answered with status ${response.status}.`);
  opened?.();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive?.();
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) tell(block, heard);
  }
}
