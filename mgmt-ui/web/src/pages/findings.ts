// What is wrong, from what the API says. Pure: the page asks and shows.

import { type Connection, type Listener, type Node, numberOf, type Queue, rateOf, settingOf, type UnackedMessage } from '../api/types';
import { link } from '../route/route';
import { count, duration, plural, rate } from '../ui/value';
import { certificateFindings, diskFindings, type DiskHistory, nodeFindings } from './findings_of_node';

export interface Finding {
  id: string;
  tone: 'bad' | 'warn';
  weight: number; // the higher, the earlier
  title: string;
  reason: string;
  fix: string;
  href?: string;
}

const kBacklog = 1_000; // messages that nobody reads
const kGrowing = 10; // messages a second
const kStuck = 100; // unacked messages without any ack
const kLate = 600_000; // milliseconds that the oldest ready message may wait for busy consumers
const kHeld = 300; // seconds that a consumer may hold a message
const kNearTimeout = 0.8;

// Messages in all with what they may grow to: the longer and the faster, the worse.
function queueFindings(queue: Queue): Finding[] {
  const found: Finding[] = [];
  const href = link(['queues', queue.vhost, queue.name]);
  const name = `${queue.name} (${queue.vhost})`;
  const ready = queue.messages_ready ?? 0;
  const unacked = queue.messages_unacknowledged ?? 0;
  const growth = queue.messages_details?.rate ?? 0;
  const consumers = queue.consumers ?? 0;
  const isStream = queue.type === 'stream';
  const size = Math.min(90, Math.log10(ready + 1) * 10);
  const add = (kind: string, tone: Finding['tone'], weight: number, title: string, reason: string, fix: string) =>
    found.push({ id: `queue ${queue.vhost} ${queue.name} ${kind}`, tone, weight, title, reason, fix, href });
  if (queue.state && ['down', 'crashed', 'stopped'].includes(queue.state)) {
    add('state', 'bad', 800, `Queue ${name} is ${queue.state}`, 'Its messages cannot be reached.', 'Look at the log of the node that it lives on.');
  }
  if (isStream) return found;
  if (consumers === 0 && (ready >= kBacklog || (ready > 0 && growth >= kGrowing))) {
    add('unread', growth >= kGrowing ? 'bad' : 'warn', (growth >= kGrowing ? 600 : 300) + size, `Nobody reads ${name}`,
      `${plural(ready, 'message')} ready${growth > 0 ? `, ${rate(growth)} more` : ''}, and no consumer.`,
      'Start its consumer, set a length or time limit by a policy, or delete it when nobody needs it.');
  } else if (consumers > 0 && growth >= kGrowing && ready >= kBacklog) {
    add('growing', 'warn', 350 + size, `${name} grows`,
      `${rate(growth)} more come than go; ${plural(ready, 'message')} wait for ${plural(consumers, 'consumer')}. At this pace it doubles in ${duration((ready / growth) * 1000)}.`,
      (queue.consumer_capacity ?? 1) < 0.9 ? 'Its consumers are busy: add some, or raise their prefetch.' : 'Add consumers, or find out what makes them slow.');
  }
  const waited = queue.oldest_ready_age_ms ?? 0;
  if (consumers > 0 && waited > kLate) {
    add('late', 'warn', 310 + size, `Messages of ${name} wait long`,
      `The oldest of ${plural(ready, 'ready message')} has waited for ${duration(waited)}, though ${plural(consumers, 'consumer')} read${consumers === 1 ? 's' : ''} it.`,
      'Add consumers, raise their prefetch, or see whether the queue is paused.');
  }
  if (consumers > 0 && unacked >= kStuck && (rateOf(queue.message_stats, 'ack') ?? 0) === 0 && numberOf(queue.message_stats, 'deliver') !== undefined) {
    add('stuck', 'warn', 320 + Math.min(90, Math.log10(unacked) * 10), `Consumers of ${name} acknowledge nothing`,
      `${plural(unacked, 'message')} are with ${plural(consumers, 'consumer')}, and none has been acknowledged lately.`,
      'See whether the consumers hang. Closing their connections puts the messages back.');
  }
  return found;
}

// What helps, by why most of them died.
const kRemedies: Record<string, string> = {
  rejected: 'See what its consumers refuse, and why: the messages are where the dead letters go.',
  expired: 'Messages live too short for how long they wait: add consumers, or allow a longer message-ttl.',
  maxlen: 'The queue is full: add consumers, or allow a higher max-length.',
  delivery_limit: 'Consumers fail on the same messages again and again: see what is in them where the dead letters go.',
};

function deadLetterFindings(queue: Queue): Finding[] {
  const pace = rateOf(queue.message_stats, 'dead_letter') ?? 0;
  if (pace <= 0) return [];
  const rates = Object.entries(queue.dead_letters_details ?? {}).map(([reason, details]): [string, number] => [reason, details.rate]);
  const reasons = rates.filter(([, each]) => each > 0).sort(([, one], [, other]) => other - one);
  const exchange = settingOf(queue, 'dead-letter-exchange');
  const where = exchange === '' ? `the queue ${String(settingOf(queue, 'dead-letter-routing-key') ?? 'of their routing key')}` : String(exchange);
  return [
    {
      id: `queue ${queue.vhost} ${queue.name} dead letters`,
      tone: pace >= kGrowing ? 'bad' : 'warn',
      weight: (pace >= kGrowing ? 550 : 340) + Math.min(49, pace),
      title: `Dead letters come from ${queue.name} (${queue.vhost})`,
      reason: `${rate(pace)} go to ${where}: ${reasons.map(([reason, each]) => `${rate(each)} ${reason.replace('_', ' ')}`).join(', ')}. ${count(numberOf(queue.message_stats, 'dead_letter'))} since the start.`,
      fix: kRemedies[reasons[0]?.[0] ?? ''] ?? 'See what is in them where they go.',
      href: link(['queues', queue.vhost, queue.name]),
    },
  ];
}

// The message that its consumer has held the longest.
export interface Held {
  queue: Queue;
  oldest: UnackedMessage;
}

function heldFindings({ queue, oldest }: Held): Finding[] {
  const name = `${queue.name} (${queue.vhost})`;
  const timeout = oldest.timeout ?? Infinity;
  const isNear = oldest.age * 1000 > timeout * kNearTimeout;
  if (!isNear && oldest.age < kHeld) return [];
  const who = oldest.consumer_tag === null ? 'Somebody who got it' : `The consumer ${oldest.consumer_tag}`;
  return [
    {
      id: `queue ${queue.vhost} ${queue.name} held`,
      tone: isNear ? 'bad' : 'warn',
      weight: isNear ? 700 : 330,
      title: isNear ? `A consumer of ${name} is about to be cut off` : `A message of ${name} is held long`,
      reason: `${who} (${oldest.user}) has had message ${count(oldest.position)} for ${duration(oldest.age * 1000)}${isNear ? `; after ${duration(timeout)} its channel is closed` : ''}.`,
      fix: 'See what it is doing. Work that takes this long wants a longer consumer timeout, or an earlier ack.',
      href: link(['queues', queue.vhost, queue.name], { tab: 'unacked' }),
    },
  ];
}

function connectionFindings(connections: Connection[]): Finding[] {
  const blocked = connections.filter((one) => one.state === 'blocked');
  if (blocked.length === 0) return [];
  const names = blocked.slice(0, 3).map((one) => one.user_provided_name || one.name);
  return [
    {
      id: 'blocked',
      tone: 'bad',
      weight: 850,
      title: `${plural(blocked.length, 'publisher')} ${blocked.length === 1 ? 'is' : 'are'} blocked`,
      reason: `A memory or disk alarm stops what they publish: ${names.join(', ')}${blocked.length > names.length ? ' …' : ''}.`,
      fix: 'Remove the reason of the alarm; they go on by themselves.',
      href: link(['connections'], { sort: 'state' }),
    },
  ];
}

interface Observed {
  nodes: Node[];
  queues: Queue[];
  connections: Connection[];
  held: Held[];
  listeners: Listener[];
  // Of the nodes, over the last hour and the last hours.
  disks: DiskHistory[];
  now: number; // milliseconds
}

export function findingsOf(observed: Observed): Finding[] {
  const found = [
    ...observed.nodes.flatMap(nodeFindings),
    ...observed.queues.flatMap(queueFindings),
    ...observed.queues.flatMap(deadLetterFindings),
    ...observed.held.flatMap(heldFindings),
    ...connectionFindings(observed.connections),
    ...diskFindings(observed.disks),
    ...certificateFindings(observed.listeners, observed.now),
  ];
  return found.sort((a, b) => b.weight - a.weight);
}
