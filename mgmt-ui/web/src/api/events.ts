// What changes on the server, as it tells it: lists are read again at once, not at the next turn.
// Read with fetch, not with EventSource: when the session ends, that would meet the browser's own
// dialog for passwords.

import { refreshPermissions } from '../session/session';
import { refreshAll } from './live';

const kGather = 400; // milliseconds: a burst of changes is one
const kRetry = 5_000;

async function listen(signal: AbortSignal, heard: (events: string) => void): Promise<void> {
  const response = await fetch('api/events', {
    headers: { accept: 'text/event-stream', 'x-requested-with': 'XMLHttpRequest' },
    signal,
  });
  if (!response.ok || !response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard(value);
  }
}

// Until the function that is returned is called.
export function followEvents(): () => void {
  const controller = new AbortController();
  let gathering: ReturnType<typeof setTimeout> | undefined;
  const heard = (events: string) => {
    // Beyond that, which event it was makes no difference: what is shown is read again.
    if (/permission\.|vhost\./.test(events)) void refreshPermissions().catch(() => undefined);
    gathering ??= setTimeout(() => {
      gathering = undefined;
      if (document.visibilityState === 'visible') refreshAll();
    }, kGather);
  };
  const run = async () => {
    while (!controller.signal.aborted) {
      try {
        await listen(controller.signal, heard);
      } catch {
        // The server is away; live values say so.
      }
      await new Promise((later) => setTimeout(later, kRetry));
    }
  };
  void run();
  return () => {
    controller.abort();
    clearTimeout(gathering);
  };
}
