// One stream of server-sent events that keeps everything fresh that the page shows: it names what
// the page looks at, and the server tells what changes in that. While there is none, nothing is
// told, and who watches reads by itself.

import { applied, type Delta } from './delta';
import { withQuery, type Json } from './client';
import { readEvents } from './event_stream';

// `data` undefined: the server has no answer for it; who asks for it is told why.
type Told = (data: Json | undefined) => void;

interface View {
  where: string;
  shown: Json | undefined;
  isFollowed: boolean; // told by the present stream
  told: Set<Told>;
}

interface Event {
  view: number;
  full?: Json;
  delta?: Delta;
  status?: number;
}

const kGather = 50; // milliseconds: a page that comes names all that it shows
const kRetry = 3_000;
const kSilence = 40_000; // longer than the server ever says nothing
const kMostViews = 16;
const kLongestQuery = 8_000; // characters

const views = new Map<string, View>();
let interval = 1;
let stream: AbortController | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let aliveAt = 0;

// Those that one request can name; the others are read as without a stream.
function named(): View[] {
  const chosen: View[] = [];
  let length = 0;
  for (const view of views.values()) {
    length += encodeURIComponent(view.where).length + '&view='.length;
    if (chosen.length === kMostViews || length > kLongestQuery) break;
    chosen.push(view);
  }
  return chosen;
}

function hear(view: View | undefined, event: Event): void {
  if (!view) return;
  if (event.full !== undefined) view.shown = event.full;
  else if (event.delta && view.shown !== undefined) view.shown = applied(view.shown, event.delta);
  else if (event.status) view.shown = undefined;
  view.isFollowed = view.shown !== undefined;
  for (const told of [...view.told]) told(view.shown);
}

async function follow(controller: AbortController): Promise<void> {
  const followed = named();
  const where = withQuery('/coney/live', { interval }) + followed.map((view) => '&view=' + encodeURIComponent(view.where)).join('');
  try {
    await readEvents(where, controller.signal, (name, data) => {
      if (name === 'view') {
        const event = JSON.parse(data) as Event;
        hear(followed[event.view], event);
      }
    }, undefined, () => (aliveAt = Date.now()));
  } catch {
    // The server is away, or has too many listeners.
  }
  if (controller.signal.aborted) return;
  const left = followed.filter((view) => view.isFollowed);
  end();
  for (const view of left) for (const told of [...view.told]) told(undefined);
  later(kRetry);
}

function end(): void {
  stream?.abort();
  stream = undefined;
  for (const view of views.values()) {
    view.isFollowed = false;
    view.shown = undefined;
  }
}

function begin(): void {
  timer = undefined;
  end();
  if (views.size === 0 || document.visibilityState !== 'visible') return;
  aliveAt = Date.now();
  stream = new AbortController();
  void follow(stream);
}

function later(milliseconds: number): void {
  clearTimeout(timer);
  timer = setTimeout(begin, milliseconds);
}

// A connection may be gone without a word.
setInterval(() => {
  if (stream && Date.now() - aliveAt > kSilence) stream.abort(), begin();
}, kSilence / 4);

// A page that nobody looks at costs nothing.
document.addEventListener('visibilitychange', () => later(0));

// Seconds; 0: only what is declared, changed or deleted.
export function setStreamInterval(seconds: number): void {
  if (seconds === interval) return;
  interval = seconds;
  if (views.size) later(kGather);
}

// Until the function that is returned is called.
export function watch(where: string, told: Told): () => void {
  let view = views.get(where);
  if (!view) {
    views.set(where, (view = { where, shown: undefined, isFollowed: false, told: new Set() }));
    later(kGather);
  }
  view.told.add(told);
  return () => {
    view.told.delete(told);
    if (view.told.size) return;
    views.delete(where);
    later(kGather);
  };
}

export const isFollowed = (where: string): boolean => views.get(where)?.isFollowed ?? false;
