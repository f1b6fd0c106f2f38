// What can be done with a queue: pause, move, purge, delete.

import { useState } from 'preact/hooks';
import { coneyctl } from '../api/cli';
import { path, withQuery } from '../api/client';
import type { Queue } from '../api/types';
import { go, link } from '../route/route';
import { may, vhostsWith } from '../session/session';
import { ActionButton, ConfirmButton, DialogButton } from '../ui/dialog';
import { ActionForm, TextField } from '../ui/form';
import { say } from '../ui/toast';
import { plural } from '../ui/value';
import { MoveForm } from './move_messages';

// All ready messages, or the first of them.
function PurgeForm(props: { queue: Queue; close: () => void }) {
  const { queue, close } = props;
  const [some, setSome] = useState('');
  const ready = queue.messages_ready ?? 0;
  const goes = some ? Math.min(Number(some) || 0, ready) : ready;
  const base = '/queues' + path(queue.vhost, queue.name) + '/contents';
  return (
    <ActionForm
      submit="Purge"
      tone="danger"
      cancel={close}
      action={() =>
        some
          ? { method: 'DELETE', path: withQuery(base, { count: some }), cli: coneyctl('purge_queue', [queue.name], { p: queue.vhost, count: some }) }
          : { method: 'DELETE', path: base, cli: ['purge_queue', '-p', queue.vhost, queue.name] }
      }
      done={() => {
        close();
        say(`Queue ${queue.name} is purged.`);
      }}
    >
      <TextField label="Only the first" type="number" value={some} set={setSome} hint="Empty: all ready messages." />
      <div class="wide">
        <p>
          <strong>{plural(goes, 'ready message')}</strong> would be deleted.
        </p>
        {!!queue.messages_unacknowledged && (
          <p class="muted">{plural(queue.messages_unacknowledged, 'message')} that consumers have and have not acknowledged would stay.</p>
        )}
      </div>
    </ActionForm>
  );
}

function Purge(props: { queue: Queue }) {
  return (
    <DialogButton label="Purge" title={`Purge ${props.queue.name}?`} tone="danger">
      {(close) => <PurgeForm queue={props.queue} close={close} />}
    </DialogButton>
  );
}

// Consumers get nothing while it is paused; publishers go on.
function Pause(props: { queue: Queue }) {
  const { queue } = props;
  const verb = queue.paused ? 'resume' : 'pause';
  const label = queue.paused ? 'Resume' : 'Pause';
  const consumers = plural(queue.consumers ?? 0, 'consumer');
  return (
    <ActionButton
      label={label}
      title={`${label} ${queue.name}?`}
      action={{
        method: 'POST',
        path: '/coney/queues' + path(queue.vhost, queue.name) + '/' + verb,
        cli: coneyctl(`${verb}_queue`, [queue.name], { p: queue.vhost }),
      }}
      said={`Queue ${queue.name} is ${verb}d.`}
      what={
        queue.paused
          ? `Its ${consumers} would get messages again.`
          : `Its ${consumers} would get nothing more until it is resumed, nor would basic.get. Publishing goes on. A restart ends the pause.`
      }
    />
  );
}

function Move(props: { queue: Queue }) {
  return (
    <DialogButton label="Move" title={`Move messages of ${props.queue.name}`}>
      {(close) => <MoveForm queue={props.queue} close={close} />}
    </DialogButton>
  );
}

export function QueueActions(props: { queue: Queue; bindings?: number | undefined }) {
  const { queue } = props;
  const messages = queue.messages ?? 0;
  const canConfigure = may('configure', queue.vhost, queue.name);
  const base = '/queues' + path(queue.vhost, queue.name);
  const isExclusive = queue.exclusive;
  return (
    <>
      {canConfigure && queue.type !== 'stream' && !isExclusive && <Pause queue={queue} />}
      {canConfigure && may('read', queue.vhost, queue.name) && vhostsWith('write').includes(queue.vhost) && queue.type !== 'stream' && !isExclusive && <Move queue={queue} />}
      {may('read', queue.vhost, queue.name) && queue.type !== 'stream' && !isExclusive && <Purge queue={queue} />}
      {canConfigure && !isExclusive && (
        <ConfirmButton
          label="Delete"
          title={`Delete ${queue.name}?`}
          action={{ method: 'DELETE', path: base, cli: ['delete_queue', '-p', queue.vhost, queue.name] }}
          said={`Queue ${queue.name} is deleted.`}
          done={() => go(link(['queues'], { vhost: queue.vhost }))}
          what={
            <>
              <p>
                The queue and <strong>{plural(messages, 'message')}</strong> would be deleted
                {props.bindings !== undefined ? ` with ${plural(props.bindings, 'binding')}` : ''}.
              </p>
              <p class="muted">{plural(queue.consumers ?? 0, 'consumer')} would be cancelled.</p>
            </>
          }
        />
      )}
    </>
  );
}
