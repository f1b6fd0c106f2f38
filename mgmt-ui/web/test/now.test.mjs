import assert from 'node:assert/strict';
import { open, settled } from './support/browser.mjs';
import { until } from './support/broker.mjs';
import { pageTest } from './support/suite.mjs';

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

pageTest('a consumer that is about to be cut off is found before it happens', {}, async (page, broker) => {
  const json = (body) => ({ contentType: 'application/json', body: JSON.stringify(body) });
  const queue = { name: 'slow', vhost: '/', type: 'classic', arguments: {}, consumers: 1, messages: 3, messages_ready: 2, messages_unacknowledged: 1, oldest_ready_age_ms: 3_600_000 };
  const one = { items: [queue], page: 1, page_count: 1, page_size: 100, filtered_count: 1, total_count: 1 };
  await page.route('**/api/queues?*', (route) => route.fulfill(json(one)));
  await page.route('**/api/coney/queues/%2F/slow/unacked?*', (route) =>
    route.fulfill(json({ messages: [{ queue: 'slow', vhost: '/', cursor: '0-1', position: 1, delivery_tag: 1, consumer_tag: 'worker', channel: 'c', connection: 'c', user: 'app', age: 1700, in_transaction: false }], more: false })));
  await open(page, broker, 'now');
  const urgent = page.getByRole('listitem').filter({ hasText: 'A consumer of slow (/) is about to be cut off' });
  await urgent.getByText('The consumer worker (app) has had message 1 for 28 min 20 s; after 30 min 0 s its channel is closed.').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'Messages of slow (/) wait long' }).waitFor();
});
