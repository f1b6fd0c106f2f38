import assert from 'node:assert/strict';
import { open, settled, withoutStream } from './support/browser.mjs';
import { until } from './support/broker.mjs';
import { consume } from './support/consumer.mjs';
import { pageTest, row } from './support/suite.mjs';

const publish = (broker, queue, amount) =>
  Promise.all(Array.from({ length: amount }, () =>
    broker.api('POST', '/exchanges/%2F/amq.default/publish', { routing_key: queue, payload: 'x', payload_encoding: 'string', properties: {} })));

pageTest('with nothing wrong the page says so', {}, async (page, broker) => {
  await open(page, broker, 'now');
  await page.getByText('Nothing needs attention').waitFor();
});

pageTest('figures and charts move under load, and a queue that nobody reads is found', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/unread', { durable: true });
  await page.getByLabel('Refresh').selectOption('1');
  await open(page, broker, 'queues/%2F/unread?range=60');
  await page.getByRole('heading', { name: 'unread' }).waitFor();
  const now = page.getByRole('group', { name: 'Now' });
  await until('a rate above zero', async () => {
    await publish(broker, 'unread', 25);
    return /In\n[1-9][\d.,]*\/s/.test(await now.innerText());
  });
  const chart = page.getByRole('region', { name: 'Messages', exact: true }).locator('canvas');
  const picture = async () => (await chart.screenshot()).toString('base64');
  const before = await picture();
  await until('another picture', async () => {
    await publish(broker, 'unread', 25);
    return (await picture()) !== before;
  });
  await open(page, broker, 'now');
  const finding = page.getByRole('listitem').filter({ hasText: 'Nobody reads unread' });
  await until('the finding', async () => {
    await publish(broker, 'unread', 50);
    return finding.isVisible();
  });
  assert.match(await finding.innerText(), /no consumer[^]*Start its consumer/);
  await broker.api('DELETE', '/queues/%2F/unread');
  await finding.waitFor({ state: 'detached' });
});

pageTest('a change by another shows without a refresh', {}, async (page, broker) => {
  await page.getByLabel('Refresh').selectOption('0');
  await open(page, broker, 'queues');
  await settled(page);
  await broker.api('PUT', '/queues/%2F/appearing', { durable: true });
  await page.getByRole('link', { name: 'appearing' }).waitFor();
  await broker.api('DELETE', '/queues/%2F/appearing');
  await page.getByRole('link', { name: 'appearing' }).waitFor({ state: 'detached' });
});

const json = (body) => ({ contentType: 'application/json', body: JSON.stringify(body) });

pageTest('publishers that are blocked are found, consumers are not', {}, async (page, broker) => {
  await withoutStream(page);
  const connection = (name, state) => ({ name, state, vhost: '/', user: 'guest', user_provided_name: name });
  const items = [connection('shop', 'blocked'), connection('worker', 'blocking'), connection('other', 'running')];
  await page.route('**/api/connections?*', (route) => route.fulfill(json({ items, page: 1, page_count: 1, page_size: 100, filtered_count: 3, total_count: 3 })));
  await open(page, broker, 'now');
  const finding = page.getByRole('listitem').filter({ hasText: '1 publisher is blocked' });
  await finding.getByText('A memory or disk alarm stops what they publish: shop.').waitFor();
});

pageTest('a consumer that is about to be cut off is found before it happens', {}, async (page, broker) => {
  await withoutStream(page);
  const queue = { name: 'slow', vhost: '/', type: 'classic', arguments: {}, consumers: 1, messages: 3, messages_ready: 2, messages_unacknowledged: 1, oldest_ready_age_ms: 3_600_000 };
  const one = { items: [queue], page: 1, page_count: 1, page_size: 100, filtered_count: 1, total_count: 1 };
  await page.route('**/api/queues?*', (route) => route.fulfill(json(one)));
  await page.route('**/api/coney/queues/%2F/slow/unacked?*', (route) =>
    route.fulfill(json({ messages: [{ queue: 'slow', vhost: '/', cursor: '0-1', position: 1, delivery_tag: 1, consumer_tag: 'worker', channel: 'c', connection: 'c', user: 'app', age: 1700, timeout: 1_800_000, in_transaction: false }], more: false })));
  await open(page, broker, 'now');
  const urgent = page.getByRole('listitem').filter({ hasText: 'A consumer of slow (/) is about to be cut off' });
  await urgent.getByText('The consumer worker (app) has had message 1 for 28m 20s; after 30m its channel is closed.').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Messages of slow (/) wait long' }).waitFor();
});

pageTest('dead letters are found while they arrive, with where from and why', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/dead', {});
  await broker.api('PUT', '/queues/%2F/dying', { arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead', 'x-max-length': 2 } });
  await open(page, broker, 'now');
  const finding = page.getByRole('listitem').filter({ hasText: 'Dead letters come from dying (/)' });
  await until('the finding', async () => {
    await publish(broker, 'dying', 20);
    await broker.api('POST', '/queues/%2F/dying/get', { count: 1, ackmode: 'reject_requeue_false', encoding: 'auto' });
    return (await finding.isVisible()) && /rejected/.test(await finding.innerText());
  });
  const said = await finding.innerText();
  assert.match(said, /\/s go to the queue dead: [\d.,]+\/s maxlen, [\d.]+\/s rejected\. [\d,]+ since the start\./);
  assert.match(said, /The queue is full/);
  await finding.getByRole('link').click();
  const rates = page.getByRole('region', { name: 'Dead letters', exact: true });
  await rates.getByText('maxlen').waitFor();
  await rates.getByText('rejected').waitFor();
  await open(page, broker, 'now');
  await broker.api('DELETE', '/queues/%2F/dying');
  await finding.waitFor({ state: 'detached' });
  await broker.api('DELETE', '/queues/%2F/dead');
});

pageTest('a timeout that is changed while the broker runs counts at once', {}, async (page, broker) => {
  const shown = await broker.api('GET', '/coney/settings');
  await broker.api('PUT', '/coney/settings', { consumer_timeout: 120_000 });
  await broker.api('PUT', '/queues/%2F/held', {});
  await broker.api('PUT', '/queues/%2F/held.longer', { durable: true, arguments: { 'x-queue-type': 'quorum', 'x-consumer-timeout': 600_000 } });
  for (const queue of ['held', 'held.longer']) await publish(broker, queue, 1);
  const client = await consume(broker, ['held', 'held.longer']);
  await open(page, broker, 'queues/%2F/held?tab=unacked');
  const timeout = async (queue) => (await broker.api('GET', `/coney/queues/%2F/${queue}/unacked`)).messages[0]?.timeout;
  await until('the deliveries', async () => (await timeout('held')) && (await timeout('held.longer')));
  assert.deepEqual([await timeout('held'), await timeout('held.longer')], [120_000, 600_000]);
  await row(page, 'Unacked messages', '2m').waitFor();
  await broker.api('PUT', '/coney/settings', { consumer_timeout: shown.consumer_timeout });
  await row(page, 'Unacked messages', '30m').waitFor();
  client.end();
  for (const queue of ['held', 'held.longer']) await broker.api('DELETE', `/queues/%2F/${queue}`);
});

// What the server says of its one node, with a disk that had this much free, newest first.
async function withDisk(page, free, increment) {
  await withoutStream(page);
  await page.route('**/api/nodes?*', async (route) => {
    const answer = await route.fetch();
    const [node] = await answer.json();
    const isShort = new URL(route.request().url()).searchParams.get('node_stats_age') === '3600';
    const samples = free.map((sample, at) => ({ sample, timestamp: Date.now() - at * increment * 1000 }));
    await route.fulfill(json([{ ...node, disk_free: free[0], disk_free_limit: 50e6, disk_free_details: { rate: 0, samples: isShort ? samples : [] } }]));
  });
}

const kSteady = Array.from({ length: 61 }, (_, at) => 100e9 + at * 30e6 + (at % 3) * 1e6);

pageTest('days that the disk has left come from its trend', {}, async (page, broker) => {
  await withDisk(page, kSteady, 60);
  await open(page, broker, 'now');
  const finding = page.getByRole('listitem').filter({ hasText: /The disk of .* is full in about 2d/ });
  await finding.waitFor();
  assert.match(await finding.innerText(), /93\.1 GiB are free, and 40\.\d GiB fewer each day at the pace of the last 1h/);
});

for (const [name, free] of [
  ['up and down', kSteady.map((sample, at) => sample + (at % 2) * 9e9)],
  ['hardly anything', kSteady.map((_, at) => 100e9 + at * 1e5)],
  ['more and more that is free', [...kSteady].reverse()],
  ['too short a time', kSteady.slice(0, 20)],
]) {
  pageTest(`${name} is no trend of the disk`, {}, async (page, broker) => {
    await withDisk(page, free, 60);
    await open(page, broker, 'now');
    await page.getByText('Nothing needs attention').waitFor();
    await settled(page);
    assert.equal(await page.getByText(/is full in about/).count(), 0);
  });
}

pageTest('certificates that expire are found, with their port and date', {}, async (page, broker) => {
  const day = 86_400_000;
  const listener = (port, days) => ({ node: 'n', protocol: 'amqp/ssl', ip_address: '::', port, tls: true, certificate_expires_at: Date.now() + days * day + 60_000 });
  await withoutStream(page);
  await page.route('**/api/overview?columns=listeners', (route) => route.fulfill(json({ listeners: [listener(1, 20), listener(2, 2), listener(3, -1), listener(4, 40)] })));
  await open(page, broker, 'now');
  const titles = page.getByRole('list', { name: 'What needs attention' }).getByRole('heading');
  await titles.first().waitFor();
  assert.deepEqual(await titles.allInnerTexts(), [
    'The certificate of amqp/ssl on port 3 has expired',
    'The certificate of amqp/ssl on port 2 expires in 2d',
    'The certificate of amqp/ssl on port 1 expires in 20d',
  ]);
});

pageTest('the age of the oldest message has a chart with a past', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/ageing', {});
  await publish(broker, 'ageing', 1);
  await open(page, broker, 'queues/%2F/ageing?range=60');
  const chart = page.getByRole('region', { name: 'Age of the oldest', exact: true });
  await until('an age', async () => /waits [1-9]\d*s/.test(await chart.innerText()));
  await broker.api('DELETE', '/queues/%2F/ageing/contents');
  await until('no age', async () => /waits 0s/.test(await chart.innerText()));
  const { oldest_ready_age_ms_details: details } = await broker.api('GET', '/queues/%2F/ageing?lengths_age=60&lengths_incr=5');
  assert.ok(details.samples.some(({ sample }) => sample > 0), 'the past is kept');
  await broker.api('DELETE', '/queues/%2F/ageing');
});
