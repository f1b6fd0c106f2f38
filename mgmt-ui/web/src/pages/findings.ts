// What is wrong, from what the API says. Pure: the page asks and shows.

import { type Connection, type Node, numberOf, type Queue, rateOf, type UnackedMessage } from '../api/types';
import { link } from '../route/route';
import { bytes, count, duration, percent, plural, rate } from '../ui/value';

export interface Finding {
  id: string;
  tone: 'bad' | 'warn';
  weight: number; // the higher, the earlier
  title: string;
  reason: string;
  fix: string;
  href?: string;
}

const kNearLimit = 0.85; // of memory and descriptors
const kBacklog = 1_000; // messages that nobody reads
const kGrowing = 10; // messages a second
const kStuck = 100; // unacked messages without any ack
const kLate = 600_000; // milliseconds that the oldest ready message may wait for busy consumers
const kHeld = 300; // seconds that a consumer may hold a message
const kTimeout = 1_800_000; // milliseconds, the server's default of the consumer timeout
const kNearTimeout = 0.8;

function nodeFindings(node: Node): Finding[] {
  const found: Finding[] = [];
  const href = link(['nodes', node.name]);
  const add = (kind: string, tone: Finding['tone'], weight: number, title: string, reason: string, fix: string) =>
    found.push({ id: `node ${node.name} ${kind}`, tone, weight, title, reason, fix, href });
  if (node.running === false) add('down', 'bad', 1000, `Node ${node.name} is down`, 'It does not answer.', 'Start it, and look at the end of its log.');
  if (node.mem_alarm) {
    add('memory', 'bad', 900, `Memory alarm on ${node.name}`, `${bytes(node.mem_used)} are used, the limit is ${bytes(node.mem_limit)}. All publishers are blocked.`,
      'Let consumers catch up, delete or purge queues that nobody needs, or raise vm_memory_high_watermark.');
  } else if (node.mem_used && node.mem_limit && node.mem_used / node.mem_limit > kNearLimit) {
    add('memory', 'warn', 400, `Memory of ${node.name} is nearly used up`, `${percent(node.mem_used / node.mem_limit)} of the limit of ${bytes(node.mem_limit)}. At the limit publishers are blocked.`,
      'Look for long queues and for many unacked messages.');
  }
  if (node.disk_free_alarm) {
    add('disk', 'bad', 950, `Disk alarm on ${node.name}`, `${bytes(node.disk_free)} are free, the limit is ${bytes(node.disk_free_limit)}. All publishers are blocked.`,
      'Make room on the disk, or let consumers empty the queues.');
  } else if (node.disk_free && node.disk_free_limit && node.disk_free < 3 * node.disk_free_limit) {
    add('disk', 'warn', 450, `Little disk is left on ${node.name}`, `${bytes(node.disk_free)} are free. Below ${bytes(node.disk_free_limit)} publishers are blocked.`, 'Make room on the disk.');
  }
  if (node.fd_used && node.fd_total && node.fd_used / node.fd_total > kNearLimit) {
    add('files', 'warn', 420, `${node.name} is running out of descriptors`, `${count(node.fd_used)} of ${count(node.fd_total)} are open. Beyond that no client can connect.`,
      'Raise the limit of open files of the service, or find who opens so many connections.');
  }
  return found;
}

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

// The message that its consumer has held the longest.
export interface Held {
  queue: Queue;
  oldest: UnackedMessage;
}

function timeoutOf(queue: Queue): number {
  const policy = (Array.isArray(queue.effective_policy_definition) ? {} : queue.effective_policy_definition) ?? {};
  const asked = [queue.arguments['x-consumer-timeout'], policy['consumer-timeout']].filter((one): one is number => typeof one === 'number');
  return asked.length ? Math.min(...asked) : kTimeout;
}

function heldFindings({ queue, oldest }: Held): Finding[] {
  const name = `${queue.name} (${queue.vhost})`;
  const timeout = timeoutOf(queue);
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
  const blocked = connections.filter((one) => one.state === 'blocked' || one.state === 'blocking');
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

function certificateFinding(reason: string): Finding {
  return {
    id: 'certificate',
    tone: 'warn',
    weight: 500,
    title: 'A TLS certificate expires within four weeks',
    reason,
    fix: 'Put the new files in the place of the old ones; the server takes them up by itself.',
  };
}

interface Observed {
  nodes: Node[];
  queues: Queue[];
  connections: Connection[];
  held: Held[];
  // Why the check of the certificates fails; none: it does not.
  certificates: string | undefined;
}

export function findingsOf(observed: Observed): Finding[] {
  const found = [
    ...observed.nodes.flatMap(nodeFindings),
    ...observed.queues.flatMap(queueFindings),
    ...observed.held.flatMap(heldFindings),
    ...connectionFindings(observed.connections),
    ...(observed.certificates === undefined ? [] : [certificateFinding(observed.certificates)]),
  ];
  return found.sort((a, b) => b.weight - a.weight);
}
