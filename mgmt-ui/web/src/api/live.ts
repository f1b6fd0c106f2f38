// Data that stays fresh while the page is looked at: the server tells what changes, at the chosen
// interval. Where it does not, it is fetched again. What was read last stays visible, with its age,
// when the server does not answer.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from './client';
import { useSetting } from '../ui/setting';
import { isFollowed, setStreamInterval, watch } from './live_stream';

export interface Live<T> {
  data: T | undefined;
  error: ApiError | undefined;
  readAt: number | undefined; // when `data` was read
  again: () => void;
}

export const kIntervals = [1, 2, 5, 10, 30, 0] as const; // seconds; 0: by hand

const kShortest = 5; // seconds between two requests, without a stream
const kRefresh = 'coney:refresh';

// Every live value on the page is read again: after a change by the user.
export function refreshAll(): void {
  window.dispatchEvent(new Event(kRefresh));
}

// How many values are being read, on the page itself: scripts that drive it wait for none.
let reading = 0;
function countReading(more: 1 | -1): void {
  reading += more;
  document.documentElement.dataset['reading'] = String(reading);
}

export function useInterval(): [number, (seconds: number) => void] {
  return useSetting<number>('interval', 1);
}

// `where` undefined: nothing to read yet.
export function useLive<T>(where: string | undefined, options: { once?: boolean } = {}): Live<T> {
  const [interval] = useInterval();
  const [state, setState] = useState<{ where?: string; data?: T; error?: ApiError; readAt?: number }>({});
  const busy = useRef<AbortController | null>(null);

  const read = useCallback(async () => {
    if (where === undefined || busy.current) return;
    const controller = (busy.current = new AbortController());
    countReading(1);
    try {
      const data = await get<T>(where, controller.signal);
      if (!controller.signal.aborted) setState({ where, data, readAt: Date.now() });
    } catch (failure) {
      if (controller.signal.aborted) return;
      const error = failure instanceof ApiError ? failure : new ApiError(0, String(failure));
      setState((old) => (old.where === where ? { ...old, error } : { where, error }));
    } finally {
      countReading(-1);
      if (busy.current === controller) busy.current = null;
    }
  }, [where]);

  useEffect(() => {
    void read();
    const refresh = () => {
      busy.current?.abort();
      busy.current = null;
      void read();
    };
    window.addEventListener(kRefresh, refresh);
    return () => {
      window.removeEventListener(kRefresh, refresh);
      busy.current?.abort();
      busy.current = null;
    };
  }, [read]);

  useEffect(() => setStreamInterval(interval), [interval]);
  useEffect(() => {
    if (where === undefined || options.once) return;
    return watch(where, (data) => {
      if (data === undefined) return void read();
      busy.current?.abort();
      busy.current = null;
      setState({ where, data: data as T, readAt: Date.now() });
    });
  }, [read, options.once]);

  useEffect(() => {
    if (!interval || options.once) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && !(where && isFollowed(where))) void read();
    }, Math.max(interval, kShortest) * 1000);
    const seen = () => document.visibilityState === 'visible' && void read();
    document.addEventListener('visibilitychange', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [read, interval, options.once]);

  // What was read for another path is shown no more, but for the same list's other page.
  const same = state.where === where || (state.where?.split('?')[0] === where?.split('?')[0] && !!where);
  return {
    data: same ? state.data : undefined,
    error: state.where === where ? state.error : undefined,
    readAt: same ? state.readAt : undefined,
    again: read,
  };
}
