// What needs attention now, the worst first, each with its reason and what helps.

import { withQuery } from '../api/client';
import { useLive } from '../api/live';
import type { Connection, Node, Queue } from '../api/types';
import type { Page } from '../ui/table';
import { link } from '../route/route';
import { isMonitoring, may } from '../session/session';
import { Age, Badge, Empty, Failure, Heading } from '../ui/status';
import { count } from '../ui/value';
import { type Finding, findingsOf, type Held } from './findings';
import { type Unacked, unackedPath } from './unacked';

const kWords = { bad: 'urgent', warn: 'watch' } as const;

function Item(props: { finding: Finding }) {
  const { finding } = props;
  return (
    <li class={`finding ${finding.tone}`}>
      <span>
        <Badge tone={finding.tone}>{kWords[finding.tone]}</Badge>
      </span>
      <h2>{finding.href ? <a href={finding.href}>{finding.title}</a> : finding.title}</h2>
      <p>{finding.reason}</p>
      <p class="fix">{finding.fix}</p>
    </li>
  );
}

// The queues that may be in trouble are among the first of these orders.
function useQueues(sort: string) {
  return useLive<Page<Queue>>(withQuery('/queues', { page: 1, page_size: 100, sort, sort_reverse: true }));
}

const kHeldLimit = 1_000; // of a queue's unacked messages are looked at

// Of one queue; nothing where nothing is held, or where the user may not look.
function useHeld(queue: Queue | undefined): Held[] {
  const isSeen = queue && (queue.messages_unacknowledged ?? 0) > 0 && may('read', queue.vhost, queue.name);
  const live = useLive<Unacked>(isSeen ? unackedPath(queue.vhost, queue.name, kHeldLimit) : undefined);
  const oldest = live.data?.messages.reduce((one, other) => (other.age > one.age ? other : one), live.data.messages[0]!);
  return queue && oldest ? [{ queue, oldest }] : [];
}

export function Now() {
  const nodes = useLive<Node[]>(isMonitoring() ? '/nodes' : undefined);
  const longest = useQueues('messages');
  const growing = useQueues('messages_details.rate');
  const unacked = useQueues('messages_unacknowledged').data?.items ?? [];
  const held = [...useHeld(unacked[0]), ...useHeld(unacked[1]), ...useHeld(unacked[2])];
  const connections = useLive<Page<Connection>>(withQuery('/connections', { page: 1, page_size: 100, sort: 'state' }));
  const certificates = useLive('/health/checks/certificate-expiration/4/weeks', { once: true });
  const queues = new Map<string, Queue>();
  for (const queue of [...(longest.data?.items ?? []), ...(growing.data?.items ?? [])]) queues.set(`${queue.vhost}\n${queue.name}`, queue);
  const findings = findingsOf({
    nodes: nodes.data ?? [],
    queues: [...queues.values()],
    connections: connections.data?.items ?? [],
    held,
    certificates: certificates.error?.status === 503 ? certificates.error.message : undefined,
  });
  const error = longest.error ?? growing.error ?? nodes.error;
  return (
    <>
      <Heading title="Now">
        <Age readAt={longest.readAt} error={error} />
      </Heading>
      {!longest.data && <Failure error={longest.error} />}
      {findings.length > 0 && (
        <ol class="findings" aria-label="What needs attention">
          {findings.map((finding) => (
            <Item key={finding.id} finding={finding} />
          ))}
        </ol>
      )}
      {longest.data && findings.length === 0 && (
        <Empty>
          Nothing needs attention: no alarm, no blocked publisher, no queue that grows or has nobody to read it. <br />
          {count(longest.data.total_count)} queues, <a href={link(['overview'])}>all figures</a>.
        </Empty>
      )}
    </>
  );
}
