// Something to look at: vhosts, users, policies, queues with messages, and clients that work.
import { spawn } from 'node:child_process';

const kShop = '/queues/%2F/';

export async function fill(broker) {
  const put = (path, body) => broker.api('PUT', path, body);
  const publish = (exchange, key, payload, properties = {}) =>
    broker.api('POST', `/exchanges/%2F/${exchange}/publish`, { routing_key: key, payload: JSON.stringify(payload), payload_encoding: 'string', properties: { delivery_mode: 2, content_type: 'application/json', ...properties } });
  await put('/vhosts/staging', { description: 'A copy for trying things', tags: 'staging' });
  await put('/vhosts/reports', { description: 'Nightly reports', default_queue_type: 'quorum' });
  await put('/users/shop', { password: 'shop', tags: '' });
  await put('/users/grafana', { password: 'grafana', tags: 'monitoring' });
  await put('/users/ops', { password: 'ops', tags: 'administrator' });
  await put('/permissions/%2F/shop', { configure: '^(orders|invoices)', write: '.*', read: '^orders' });
  await put('/permissions/staging/shop', { configure: '.*', write: '.*', read: '.*' });
  await put('/vhost-limits/staging/max-queues', { value: 100 });
  await put('/user-limits/shop/max-connections', { value: 20 });
  await put('/exchanges/%2F/events', { type: 'topic', durable: true });
  await put('/exchanges/%2F/dead', { type: 'fanout', durable: true });
  await put('/topic-permissions/%2F/shop', { exchange: 'events', write: '^order\\.', read: '.*' });
  await put('/policies/%2F/orders', { pattern: '^(orders|invoices)', definition: { 'dead-letter-exchange': 'dead', 'max-length': 100000, overflow: 'reject-publish' }, priority: 1, 'apply-to': 'queues' });
  await put('/policies/staging/short', { pattern: '.*', definition: { 'message-ttl': 3600000 }, priority: 0, 'apply-to': 'queues' });
  await put('/operator-policies/%2F/cap', { pattern: '.*', definition: { 'max-length-bytes': 1073741824 }, priority: 0, 'apply-to': 'queues' });
  const queues = { orders: {}, invoices: {}, 'mail.welcome': {}, 'audit.trail': { 'x-queue-type': 'stream' }, 'dead.letters': {}, payments: { 'x-queue-type': 'quorum' }, thumbnails: { 'x-max-priority': 5 } };
  for (const [name, args] of Object.entries(queues)) await put(kShop + name, { durable: true, arguments: args });
  for (const name of ['orders', 'exports.daily', 'exports.weekly']) await put(`/queues/staging/${name}`, { durable: true });
  const bind = (queue, key, exchange = 'events') => broker.api('POST', `/bindings/%2F/e/${exchange}/q/${queue}`, { routing_key: key });
  await bind('orders', 'order.#');
  await bind('invoices', 'order.paid');
  await bind('audit.trail', '#');
  await bind('mail.welcome', 'user.created');
  await bind('dead.letters', '', 'dead');
  for (let i = 1; i <= 12; ++i) {
    await publish('events', 'order.paid', { order: 10_000 + i, total: 4_200 + i, currency: 'EUR', lines: [{ sku: 'A-17', count: i }] }, { message_id: `o-${i}`, headers: { source: 'shop', attempt: 1 } });
  }
  const load = spawn('/usr/bin/python3', [new URL('load.py', import.meta.url).pathname, String(broker.amqpPort)], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((ready, failed) => {
    load.stdout.once('data', ready);
    load.once('exit', () => failed(new Error('the clients ended; is python3-pika installed?')));
  });
  return {
    end: async () => {
      load.stdin.end();
      await new Promise((gone) => load.once('exit', gone));
    },
  };
}
