// What changes on the server, as it tells it: lists are read again at once, not at the next turn.

import { refreshPermissions } from '../session/session';
import { readEvents } from './event_stream';
import { refreshAll } from './live';

const kGather = 400; // milliseconds: a burst of changes is one
const kRetry = 5_000;

// Until the function that is returned is called.
export function followEvents(): () => void {
  const controller = new AbortController();
  let gathering: ReturnType<typeof setTimeout> | undefined;
  const heard = (event: string) => {
    // Beyond that, which event it was makes no difference: what is shown is read again.
    if (/permission\.|vhost\./.test(event)) void refreshPermissions().catch(() => undefined);
    gathering ??= setTimeout(() => {
      gathering = undefined;
      if (document.visibilityState === 'visible') refreshAll();
    }, kGather);
  };
  const run = async () => {
    while (!controller.signal.aborted) {
      try {
        await readEvents('/events', controller.signal, heard);
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
