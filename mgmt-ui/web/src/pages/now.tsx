// What needs attention now, the worst first, each with its reason and what helps.

import { withQuery } from '../api/client';
import { type Live, useLive } from '../api/live';
import type { Connection, Node, Overview, Queue } from '../api/types';
import type { Page } from '../ui/table';
import { link } from '../route/route';
import { isMonitoring, may } from '../session/session';
import { Age, Badge, Empty, Failure, Heading } from '../ui/status';
import { count } from '../ui/value';
import { type Finding, findingsOf, type Held } from './findings';
import { withHistory } from './rates';
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

// How free the nodes' disks have been.
const kDiskRanges = [
  { age: 3600, increment: 60 },
  { age: 28_800, increment: 600 },
] as const;

function useNodes(range: { age: number; increment: number }): Live<Node[]> {
  return useLive<Node[]>(isMonitoring() ? withHistory('/nodes', ['node_stats'], range) : undefined);
}

export function Now() {
  const nodes = useNodes(kDiskRanges[0]);
  const earlier = useNodes(kDiskRanges[1]);
  const longest = useQueues('messages');
  const growing = useQueues('messages_details.rate');
  const dying = useQueues('message_stats.dead_letter_details.rate');
  const unacked = useQueues('messages_unacknowledged').data?.items ?? [];
  const held = [...useHeld(unacked[0]), ...useHeld(unacked[1]), ...useHeld(unacked[2])];
  const connections = useLive<Page<Connection>>(withQuery('/connections', { page: 1, page_size: 100, sort: 'state' }));
  const overview = useLive<Overview>(isMonitoring() ? '/overview?columns=listeners' : undefined);
  const queues = new Map<string, Queue>();
  for (const queue of [...(longest.data?.items ?? []), ...(growing.data?.items ?? []), ...(dying.data?.items ?? [])]) queues.set(`${queue.vhost}\n${queue.name}`, queue);
  const findings = findingsOf({
    nodes: nodes.data ?? [],
    queues: [...queues.values()],
    connections: connections.data?.items ?? [],
    held,
    listeners: overview.data?.listeners ?? [],
    disks: [nodes, earlier].flatMap((live, at) => (live.data ?? []).map((node) => ({ node, age: kDiskRanges[at]!.age }))),
    now: Date.now(),
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
