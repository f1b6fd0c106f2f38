// What the server says has changed in an answer, applied to the answer that was there. Parts that
// have not changed stay the same objects.

import type { Json } from './client';

export interface Delta {
  is?: Json;
  set?: Record<string, Json>;
  cut?: string[];
  rows?: ([from: number, count: number] | { row: Json })[];
  in?: Record<string, Delta>;
}

function reordered(list: Json[], rows: NonNullable<Delta['rows']>): Json[] {
  return rows.flatMap((entry) => (Array.isArray(entry) ? list.slice(entry[0], entry[0] + entry[1]) : [entry.row]));
}

export function applied(before: Json, delta: Delta): Json {
  if (delta.is !== undefined) return delta.is;
  if (Array.isArray(before)) {
    const after = delta.rows ? reordered(before, delta.rows) : [...before];
    for (const [at, inner] of Object.entries(delta.in ?? {})) after[Number(at)] = applied(after[Number(at)]!, inner);
    return after;
  }
  const fields = new Map(Object.entries(before as { [key: string]: Json }));
  for (const [key, value] of Object.entries(delta.set ?? {})) fields.set(key, value);
  for (const key of delta.cut ?? []) fields.delete(key);
  for (const [key, inner] of Object.entries(delta.in ?? {})) fields.set(key, applied(fields.get(key)!, inner));
  return Object.fromEntries(fields);
}
