// What is wrong with a node, its disk and its certificates. Pure.

import type { Listener, Node } from '../api/types';
import { link } from '../route/route';
import { bytes, count, duration, percent, time } from '../ui/value';
import type { Finding } from './findings';

const kNearLimit = 0.85; // of memory and descriptors
const kDay = 86_400_000; // milliseconds
const kSoon = 14 * kDay; // that a disk is full
const kExpiring = 28 * kDay; // that a certificate expires
const kUrgent = 7 * kDay;

export function nodeFindings(node: Node): Finding[] {
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

// Free bytes of a node's disk over time.
export interface DiskHistory {
  node: Node;
  age: number; // seconds that were asked for
}

interface Trend {
  perMillisecond: number;
  fits: number; // 0 to 1: how much of what happened the line explains
  span: number; // milliseconds
}

// The line that fits best.
export function trendOf(points: [at: number, value: number][]): Trend | undefined {
  if (points.length < 3) return undefined;
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const sum = (of: (dx: number, dy: number) => number) => points.reduce((total, [at, value]) => total + of(at - x, value - y), 0);
  const [xx, xy, yy] = [sum((dx) => dx * dx), sum((dx, dy) => dx * dy), sum((_, dy) => dy * dy)];
  if (xx === 0 || yy === 0) return undefined;
  const times = points.map(([at]) => at);
  return { perMillisecond: xy / xx, fits: (xy * xy) / (xx * yy), span: Math.max(...times) - Math.min(...times) };
}

const kStraight = 0.8; // below it goes up and down rather than down
const kLeastLoss = 0.01; // of what is free, lost while it was looked at

interface Shrinking {
  node: Node;
  left: number; // milliseconds
  perDay: number;
  span: number;
}

// Nothing where there is no trend: too little history, up and down, or hardly anything.
function shrinking({ node, age }: DiskHistory): Shrinking[] {
  const samples = (node['disk_free_details'] as { samples?: { sample: number; timestamp: number }[] } | undefined)?.samples ?? [];
  const trend = trendOf(samples.filter(({ sample }) => sample > 0).map(({ sample, timestamp }) => [timestamp, sample]));
  const free = node.disk_free ?? 0;
  if (!trend || trend.fits < kStraight || trend.perMillisecond >= 0 || trend.span < (age * 1000) / 2) return [];
  if (-trend.perMillisecond * trend.span < free * kLeastLoss) return [];
  const left = Math.max(0, free - (node.disk_free_limit ?? 0)) / -trend.perMillisecond;
  return left < kSoon ? [{ node, left, perDay: -trend.perMillisecond * kDay, span: trend.span }] : [];
}

// The shortest of what the histories of a node say.
export function diskFindings(histories: DiskHistory[]): Finding[] {
  const worst = new Map<string, Shrinking>();
  for (const one of histories.flatMap(shrinking)) {
    if (one.left < (worst.get(one.node.name)?.left ?? Infinity)) worst.set(one.node.name, one);
  }
  return [...worst.values()].map(({ node, left, perDay, span }) => ({
    id: `node ${node.name} disk days`,
    tone: left < kDay ? 'bad' : 'warn',
    weight: left < kDay ? 650 : 430,
    title: `The disk of ${node.name} is full in about ${duration(left)}`,
    reason: `${bytes(node.disk_free)} are free, and ${bytes(perDay)} fewer each day at the pace of the last ${duration(span)}. Below ${bytes(node.disk_free_limit)} publishers are blocked.`,
    fix: 'See which queues grow, limit them by a policy, or make room on the disk.',
    href: link(['nodes', node.name]),
  }));
}

export function certificateFindings(listeners: Listener[], now: number): Finding[] {
  return listeners.flatMap((listener) => {
    const at = listener.certificate_expires_at;
    if (at === undefined || at - now > kExpiring) return [];
    const name = `${listener.protocol} on port ${listener.port}`;
    const isUrgent = at - now < kUrgent;
    return [
      {
        id: `certificate ${listener.node} ${listener.protocol} ${listener.port}`,
        tone: isUrgent ? 'bad' : 'warn',
        weight: at < now ? 870 : isUrgent ? 750 : 500,
        title: at < now ? `The certificate of ${name} has expired` : `The certificate of ${name} expires in ${duration(at - now)}`,
        reason: at < now ? `Since ${time(at)} clients that check it cannot connect.` : `After ${time(at)} clients that check it cannot connect.`,
        fix: 'Put the new files in the place of the old ones; the server takes them up by itself.',
        href: link(['nodes', listener.node]),
      } satisfies Finding,
    ];
  });
}
