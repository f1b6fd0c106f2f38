// A value over the time that the page has been looked at, for what the server keeps no history of.

import { useEffect, useState } from 'preact/hooks';

export type Point = [at: number, value: number | null];

const kLongest = 600_000; // milliseconds

// `readAt`: when `value` was read; each reading is one point.
export function useTrace(value: number | null | undefined, readAt: number | undefined): Point[] {
  const [points, setPoints] = useState<Point[]>([]);
  useEffect(() => {
    if (readAt === undefined || value === undefined) return;
    setPoints((old) => [...old.filter(([at]) => at > readAt - kLongest), [readAt, value]]);
  }, [readAt]);
  return points;
}
