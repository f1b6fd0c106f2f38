import { coneyctl } from '../api/cli';
import { path } from '../api/client';
import type { Consumer } from '../api/types';
import { isAdministrator } from '../session/session';
import { ConfirmButton } from '../ui/dialog';

export function CancelConsumer(props: { consumer: Consumer }) {
  const { queue, consumer_tag: tag } = props.consumer;
  if (!isAdministrator()) return null;
  return (
    <ConfirmButton
      small
      label="Cancel"
      title={`Cancel the consumer ${tag}?`}
      action={{
        method: 'DELETE',
        path: '/consumers' + path(queue.vhost, queue.name, tag),
        cli: coneyctl('cancel_consumer', [queue.name, tag], { p: queue.vhost }),
      }}
      said="The consumer is cancelled."
      what={
        <>
          <p>
            <strong>1 consumer</strong> of {queue.name} would be cancelled; its client is told.
          </p>
          <p class="muted">What it has not acknowledged stays with its channel.</p>
        </>
      }
    />
  );
}
