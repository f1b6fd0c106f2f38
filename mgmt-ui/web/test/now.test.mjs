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
