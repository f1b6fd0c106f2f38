// Moves a queue's ready messages to another queue or an exchange: counted first, then batch by batch,
// so that it can be watched and stopped.

import { useEffect, useRef, useState } from 'preact/hooks';
import { coneyctl } from '../api/cli';
import { type Action, ApiError, path, request, withQuery } from '../api/client';
import { refreshAll } from '../api/live';
import type { Queue } from '../api/types';
import { ActionForm, ChoiceField, TextField } from '../ui/form';
import { Failure } from '../ui/status';
import { bytes, plural } from '../ui/value';
import { exchangeSegment } from '../route/route';

interface Moved {
  matched: number;
  bytes: number;
  moved: number;
  unroutable: number;
  rejected: number;
  left_meanwhile: number;
  next: string | null;
  stopped: string | null;
}

type Destination = { destination_queue: string } | { exchange: string; routing_key?: string };

const kBatch = 1_000; // messages that one request moves

const kStops: Record<string, string> = {
  rejected: 'The destination takes no more: it is full, or it refuses.',
  destination_gone: 'The destination is gone.',
  source_gone: 'The queue is gone.',
  alarm: 'An alarm stops publishing.',
  in_use: 'Somebody else moves messages of this queue.',
  access_refused: 'You may not publish there any more.',
};

function moveAction(queue: Queue, destination: Destination, more: { count?: number; dry_run?: boolean; from?: string | null }): Action {
  const { from, ...rest } = more;
  const isQueue = 'destination_queue' in destination;
  const names = isQueue ? [queue.name, destination.destination_queue] : [queue.name];
  return {
    method: 'POST',
    path: withQuery('/coney/queues' + path(queue.vhost, queue.name) + '/move', { from: from ?? undefined }),
    body: { ...destination, ...rest },
    cli: coneyctl('move_messages', names, { p: queue.vhost, ...(isQueue ? {} : destination), ...rest }),
  };
}

const kNothing = { moved: 0, unroutable: 0, rejected: 0, left_meanwhile: 0 };

// Goes on until all have been looked at, something stops it, or it is left.
function Moving(props: { queue: Queue; destination: Destination; first: Moved; matched: number; most: number; close: () => void }) {
  const [sum, setSum] = useState(kNothing);
  const [end, setEnd] = useState<string>();
  const [error, setError] = useState<ApiError>();
  const isLeft = useRef(false);
  useEffect(() => {
    const run = async () => {
      const total = { ...kNothing };
      for (let answer = props.first; ; ) {
        for (const key of Object.keys(kNothing) as (keyof typeof kNothing)[]) total[key] += answer[key];
        setSum({ ...total });
        if (answer.stopped) return kStops[answer.stopped] ?? answer.stopped;
        if (answer.next === null || total.moved >= props.most) return 'Done.';
        if (isLeft.current) return 'Stopped.';
        const count = Math.min(kBatch, props.most - total.moved);
        answer = await request<Moved>(moveAction(props.queue, props.destination, { count, from: answer.next }));
      }
    };
    run().then(setEnd, (failure: unknown) => setError(failure instanceof ApiError ? failure : new ApiError(0, String(failure)))).finally(refreshAll);
    return () => void (isLeft.current = true);
  }, []);
  const isOver = end !== undefined || error !== undefined;
  return (
    <div>
      <p role="status">
        <strong>{plural(sum.moved, 'message')}</strong> of {plural(Math.min(props.matched, props.most), 'message')} moved. {end}
      </p>
      {sum.unroutable > 0 && <p class="muted">{plural(sum.unroutable, 'message fits no binding and stays', 'messages fit no binding and stay')}.</p>}
      {sum.rejected > 0 && <p class="muted">{plural(sum.rejected, 'message was refused and stays', 'messages were refused and stay')}.</p>}
      {sum.left_meanwhile > 0 && <p class="muted">{plural(sum.left_meanwhile, 'message')} had left the queue in another way meanwhile.</p>}
      <Failure error={error} />
      <div class="form-end">
        <span class="grow" />
        <button type="button" onClick={isOver ? props.close : () => (isLeft.current = true)}>
          {isOver ? 'Close' : 'Stop'}
        </button>
      </div>
    </div>
  );
}

export function MoveForm(props: { queue: Queue; close: () => void }) {
  const { queue, close } = props;
  const [kind, setKind] = useState('queue');
  const [name, setName] = useState('');
  const [key, setKey] = useState('');
  const [some, setSome] = useState('');
  const [found, setFound] = useState<Moved>();
  const [first, setFirst] = useState<Moved>();
  const destination: Destination =
    kind === 'queue' ? { destination_queue: name } : { exchange: name === exchangeSegment('') ? '' : name, ...(key && { routing_key: key }) };
  const most = some ? Number(some) : Infinity;
  if (first && found) return <Moving queue={queue} destination={destination} first={first} matched={found.matched} most={most} close={close} />;
  if (found) {
    const all = moveAction(queue, destination, some ? { count: most } : {});
    const goes = (found.next === null ? '' : 'at least ') + plural(Math.min(found.matched, most), 'message');
    return (
      <ActionForm<Moved>
        key="move" // another form than that which counts: Enter twice moves nothing
        submit={`Move ${goes}`}
        tone="danger"
        cancel={close}
        disabled={found.matched === 0}
        action={() => ({ ...all, body: { ...destination, count: Math.min(kBatch, most) }, shown: JSON.stringify(all.body) })}
        done={setFirst}
      >
        <p class="wide">
          <strong>{goes}</strong> of the ready ones, {bytes(found.bytes)} in all, would leave {queue.name} for {name}, each once it is safe there.
        </p>
        {found.unroutable > 0 && <p class="wide muted">{plural(found.unroutable, 'message fits', 'messages fit')} no binding there and would stay.</p>}
      </ActionForm>
    );
  }
  return (
    <ActionForm<Moved> key="count" submit="Count them" cancel={close} action={() => moveAction(queue, destination, { dry_run: true })} done={setFound}>
      <ChoiceField label="To" value={kind} set={setKind} choices={[['queue', 'a queue'], ['exchange', 'an exchange']]} />
      <TextField label={kind === 'queue' ? 'Name of the queue' : 'Name of the exchange'} value={name} set={setName} required />
      {kind === 'exchange' && <TextField label="Routing key" value={key} set={setKey} hint="Empty: each keeps its own." />}
      <TextField label="Only the first" type="number" value={some} set={setSome} hint="Empty: all ready messages." />
    </ActionForm>
  );
}
