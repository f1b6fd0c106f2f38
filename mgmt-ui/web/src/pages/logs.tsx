// The server's log as it is written: the last lines, and each new one at once.

import { useEffect, useRef, useState } from 'preact/hooks';
import { coneyctl } from '../api/cli';
import { ApiError, withQuery } from '../api/client';
import { readEvents } from '../api/event_stream';
import { setQuery, useQuery } from '../route/route';
import { Commands } from '../ui/command';
import { Badge, Empty, Failure, Heading, type Tone } from '../ui/status';
import { plural, time } from '../ui/value';

interface Line {
  number: number;
  time: string;
  level: string;
  category: string;
  message: string;
}

const kLevels = ['debug', 'info', 'notice', 'warning', 'error', 'critical'];
const kTones: Record<string, Tone> = { notice: 'info', warning: 'warn', error: 'bad', critical: 'bad' };
const kKept = 1_000; // lines on the page
const kBacklog = 300;
const kGather = 100; // milliseconds: a burst of lines is drawn once
const kRetry = 3_000;

interface Log {
  lines: Line[];
  dropped: number;
  isOpen: boolean;
  error: ApiError | undefined;
}
const kNothing: Log = { lines: [], dropped: 0, isOpen: false, error: undefined };

function useLog(where: string, isHeld: boolean): Log {
  const [log, setLog] = useState(kNothing);
  const held = useRef(isHeld);
  const flush = useRef<() => void>(() => undefined);
  held.current = isHeld;
  useEffect(() => {
    const controller = new AbortController();
    let waiting: Line[] = [];
    let lost = 0;
    let gathering: ReturnType<typeof setTimeout> | undefined;
    flush.current = () => {
      gathering = undefined;
      if (held.current) return;
      const [lines, dropped] = [waiting, lost];
      waiting = [];
      lost = 0;
      setLog((old) => ({ ...old, lines: [...old.lines, ...lines].slice(-kKept), dropped: old.dropped + dropped }));
    };
    const heard = (event: string, data: string) => {
      if (event === 'log') waiting.push(JSON.parse(data) as Line);
      if (event === 'dropped') lost += (JSON.parse(data) as { count: number }).count;
      if (waiting.length > kKept) waiting = waiting.slice(-kKept);
      gathering ??= setTimeout(flush.current, kGather);
    };
    const run = async () => {
      while (!controller.signal.aborted) {
        let error: ApiError | undefined;
        try {
          // What was there already comes again with the backlog.
          await readEvents(where, controller.signal, heard, () => {
            waiting = [];
            setLog({ ...kNothing, isOpen: true });
          });
        } catch (failure) {
          error = failure instanceof ApiError ? failure : new ApiError(0, 'The server does not answer.');
        }
        if (controller.signal.aborted) return;
        setLog((old) => ({ ...old, isOpen: false, error }));
        await new Promise((later) => setTimeout(later, kRetry));
      }
    };
    void run();
    return () => {
      controller.abort();
      clearTimeout(gathering);
    };
  }, [where]);
  useEffect(() => {
    if (!isHeld) flush.current();
  }, [isHeld]);
  return log;
}

// Without the day where it is today's.
function shortTime(at: string): string {
  const [day, hour] = time(at).split(' ');
  return day === time(Date.now()).slice(0, 10) ? hour! : `${day!.slice(5)} ${hour}`;
}

function Lines(props: { lines: Line[]; follows: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const last = props.lines.at(-1)?.number;
  useEffect(() => {
    if (props.follows && place.current) place.current.scrollTop = place.current.scrollHeight;
  }, [last, props.follows]);
  return (
    <div ref={place} class="log" role="log" aria-live="off" aria-label="Log" tabIndex={0}>
      {props.lines.map((line) => (
        <div key={line.number} class="log-line">
          <time title={line.time}>{shortTime(line.time)}</time>
          <span>
            <Badge tone={kTones[line.level] ?? 'quiet'}>{line.level}</Badge>
          </span>
          <span class="muted">{line.category}</span>
          <code>{line.message}</code>
        </div>
      ))}
    </div>
  );
}

export function Logs() {
  const [level] = useQuery('level', 'info');
  const [text] = useQuery('text');
  const [typed, setTyped] = useState(text);
  const [isHeld, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const where = withQuery('/coney/log', { level, text, backlog: kBacklog });
  const log = useLog(where, isHeld);
  const type = (value: string) => {
    setTyped(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setQuery({ text: value || undefined }), 300);
  };
  return (
    <>
      <Heading title="Logs">
        {log.isOpen ? <Badge tone={isHeld ? 'warn' : 'good'}>{isHeld ? 'held' : 'live'}</Badge> : <Badge tone="bad">not connected</Badge>}
      </Heading>
      <div class="toolbar">
        <label class="check">
          From level
          <select value={level} onChange={(event) => setQuery({ level: event.currentTarget.value })}>
            {kLevels.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label class="unseen" for="log-text">
          Filter lines
        </label>
        <input id="log-text" type="search" placeholder="Lines that contain" value={typed} spellcheck={false} data-filter onInput={(event) => type(event.currentTarget.value)} />
        <span class="muted" role="status">
          {plural(log.lines.length, 'line')}
          {log.dropped > 0 && `, ${plural(log.dropped, 'line')} left out: they came too fast`}
        </span>
        <span class="grow" />
        <button type="button" aria-pressed={isHeld} onClick={() => setHeld(!isHeld)}>
          {isHeld ? 'Go on' : 'Hold'}
        </button>
      </div>
      {log.error && <Failure error={log.error} />}
      {log.lines.length > 0 ? <Lines lines={log.lines} follows={!isHeld} /> : log.isOpen && <Empty>No line of this level has been written since the start{text && ' that contains this'}.</Empty>}
      <Commands action={{ method: 'GET', path: where, cli: coneyctl('log_tail_stream', []) }} />
    </>
  );
}
