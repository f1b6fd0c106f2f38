// The answer to a question that changes while somebody types: asked once the typing rests. The last
// answer stays until the next one is there.

import { useEffect, useState } from 'preact/hooks';
import { type Action, ApiError, request } from './client';

export interface Asked<T> {
  data: T | undefined;
  error: ApiError | undefined;
  isBusy: boolean;
}

const kRest = 300; // milliseconds

// `action` undefined: nothing to ask. It must change nothing on the server.
export function useAnswer<T>(action: Action | undefined): Asked<T> {
  const [state, setState] = useState<Asked<T>>({ data: undefined, error: undefined, isBusy: false });
  const question = action && JSON.stringify([action.method, action.path, action.body]);
  useEffect(() => {
    if (!action) {
      setState({ data: undefined, error: undefined, isBusy: false });
      return;
    }
    const controller = new AbortController();
    setState((old) => ({ ...old, isBusy: true }));
    const timer = setTimeout(() => {
      request<T>(action, controller.signal).then(
        (data) => setState({ data, error: undefined, isBusy: false }),
        (failure: unknown) => {
          if (controller.signal.aborted) return;
          const error = failure instanceof ApiError ? failure : new ApiError(0, String(failure));
          setState({ data: undefined, error, isBusy: false });
        },
      );
    }, kRest);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [question]);
  return state;
}
