// The explorer of messages: first the queue, then what is in it.

import { useEffect, useRef, useState } from 'preact/hooks';
import { path, withQuery } from '../api/client';
import { useLive } from '../api/live';
import type { Queue } from '../api/types';
import { go, link } from '../route/route';
import { may, vhostsWith } from '../session/session';
import { ChoiceField, TextField } from '../ui/form';
import { Age, Badge, Empty, Failure, Heading } from '../ui/status';
import type { Page } from '../ui/table';
import { count } from '../ui/value';
import { QueueLink, useVhost } from './links';
import { MessageExplorer } from './message_explorer';

const kSuggestions = 20;

// The queue to look into, by the beginning of its name or any part of it.
function Choose(props: { vhost: string; queue: string }) {
  const vhosts = vhostsWith('read');
  const [vhost, setVhost] = useState(props.vhost || vhosts[0] || '/');
  const [typed, setTyped] = useState(props.queue);
  const [sought, seek] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);
  const found = useLive<Page<{ name: string }>>(
    withQuery('/queues' + path(vhost), { page: 1, page_size: kSuggestions, name: sought, columns: 'name', disable_stats: true, sort: 'name' }),
    { once: true },
  );
  const type = (name: string) => {
    setTyped(name);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => seek(name), 250);
  };
  return (
    <form
      aria-label="Choose a queue"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed) go(link(['messages', vhost, typed]));
      }}
    >
      <div class="fields">
        {vhosts.length > 1 && <ChoiceField label="Virtual host" value={vhost} set={setVhost} choices={vhosts} />}
        <TextField label="Queue or stream" value={typed} set={type} required suggestions={found.data?.items.map((one) => one.name) ?? []} />
        <div class="field end">
          <button type="submit" class="primary">
            Open
          </button>
        </div>
      </div>
    </form>
  );
}

export function Messages() {
  const [vhost] = useVhost();
  return (
    <>
      <Heading title="Messages" />
      {vhostsWith('read').length ? <Choose vhost={vhost} queue="" /> : <Empty>You may read in no virtual host.</Empty>}
      <p class="muted">What is in a queue or a stream can be looked at here without taking it: consumers get every message as if nobody had looked.</p>
    </>
  );
}

export function MessagesPage(props: { vhost: string; name: string }) {
  const { vhost, name } = props;
  const live = useLive<Queue>('/queues' + path(vhost, name));
  const queue = live.data;
  return (
    <>
      <Heading kind={`Messages in ${vhost}`} title={<QueueLink vhost={vhost} name={name} />}>
        <Age readAt={live.readAt} error={live.error} />
        {queue?.paused && <Badge tone="warn">paused</Badge>}
        {queue && (
          <span class="muted">
            {count(queue.messages_ready)} ready, {count(queue.messages_unacknowledged)} unacked
          </span>
        )}
        <a class="button" href={link(['messages'], { vhost })}>
          Another queue
        </a>
      </Heading>
      {!queue && <Failure error={live.error} />}
      {queue && !may('read', vhost, name) && <Empty>You may not read from this queue.</Empty>}
      {queue && may('read', vhost, name) && <MessageExplorer vhost={vhost} queue={name} isStream={queue.type === 'stream'} />}
    </>
  );
}
