// The explorer of messages: looks into queues and streams, and changes nothing.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { open, settled, withoutStream } from './support/browser.mjs';
import { until } from './support/broker.mjs';
import { pageTest, row } from './support/suite.mjs';

async function publish(broker, queue, amount, properties = {}, payload = (i) => JSON.stringify({ order: i })) {
  for (let i = 0; i < amount; ++i) {
    await broker.api('POST', '/exchanges/%2F/amq.default/publish', {
      routing_key: queue, payload: payload(i), payload_encoding: 'string', properties: { delivery_mode: 2, ...properties, message_id: `m-${i}`, headers: { number: i, source: i % 2 ? 'shop' : 'till' } },
    });
  }
}
const rows = (page) => page.getByRole('table', { name: 'Messages' }).locator('tbody tr:not(.opened)');

pageTest('messages are looked at where they are: pages, order, filters', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/full', { durable: true });
  await publish(broker, 'full', 120);
  await open(page, broker, 'messages');
  await page.getByLabel('Queue or stream').fill('full');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('heading', { name: 'full' }).waitFor();
  await rows(page).nth(49).waitFor();
  assert.equal(await rows(page).count(), 50);
  assert.match(await rows(page).first().innerText(), /"order":0/);
  await page.getByRole('button', { name: 'Messages after' }).click();
  await until('the second page', async () => /"order":50/.test(await rows(page).first().innerText()));
  await page.getByRole('button', { name: 'Messages after' }).click();
  await until('the third page', async () => /"order":100/.test(await rows(page).first().innerText()));
  assert.equal(await rows(page).count(), 20);
  assert.equal(await page.getByRole('button', { name: 'Messages after' }).isDisabled(), true);
  await page.getByRole('button', { name: 'Messages before' }).click();
  await until('the second page again', async () => /"order":50/.test(await rows(page).first().innerText()));
  await page.getByLabel('Order').selectOption('new');
  await until('the newest first', async () => /"order":119/.test(await rows(page).first().innerText()));
  await page.getByLabel('Order').selectOption('');

  await page.getByText('Filter', { exact: true }).click();
  await page.getByLabel('Header').fill('number=7');
  await page.getByRole('button', { name: 'Look', exact: true }).click();
  await page.getByText('1 of 120 messages looked at fits').waitFor();
  assert.match(page.url(), /m\.header=number%3D7/);
  await page.reload();
  await page.getByText('1 of 120 messages looked at fits').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByLabel('Body contains').fill('"order":1[01]\\d');
  await page.getByLabel('Regular expressions').check();
  await page.getByRole('button', { name: 'Look', exact: true }).click();
  await page.getByText('20 of 120 messages looked at fit').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByLabel('Older than (seconds)').fill('3600');
  await page.getByRole('button', { name: 'Look', exact: true }).click();
  await page.getByText('No message fits the filter.').waitFor();
  assert.equal(await broker.ready('full'), 120);
  const got = await broker.api('POST', '/queues/%2F/full/get', { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' });
  assert.equal(got[0].redelivered, false);
});

pageTest('a message is opened as JSON, text and hex, and saved', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/bodies', { durable: true });
  await publish(broker, 'bodies', 2, { content_type: 'application/json' });
  await open(page, broker, 'queues/%2F/bodies?tab=messages');
  await page.getByRole('button', { name: '1', exact: true }).or(page.getByRole('button', { name: '0', exact: true })).first().click();
  const message = page.getByRole('article');
  await message.getByText('"order": 0').waitFor();
  await message.getByText('application/json').waitFor();
  await message.getByText('till').waitFor();
  await message.getByLabel('Show the body as').selectOption('text');
  await message.getByText('{"order":0}').waitFor();
  await message.getByLabel('Show the body as').selectOption('hex');
  await message.getByText('00000000  7b 22 6f 72').waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), message.getByRole('button', { name: 'Download' }).click()]);
  assert.equal(readFileSync(await download.path(), 'utf8'), '{"order":0}');
  assert.match(page.url(), /open=/);
});

pageTest('a stream is read from any place', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/river', { durable: true, arguments: { 'x-queue-type': 'stream' } });
  await publish(broker, 'river', 60);
  // What is not committed yet is not shown.
  await until('the last of them', async () => (await broker.api('GET', '/coney/queues/%2F/river/browse?from=59')).messages.length === 1);
  await open(page, broker, 'messages/%2F/river?from=55');
  await until('the last five', async () => (await rows(page).count()) === 5);
  assert.match(await rows(page).first().innerText(), /^55[^]*"order":55/);
  await page.getByRole('button', { name: 'Messages before' }).click();
  await until('fifty before', async () => /"order":5\}/.test(await rows(page).first().innerText()));
});

pageTest('what fits a filter is counted, and deleted when that is wanted', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/mixed', { durable: true });
  await publish(broker, 'mixed', 10);
  await open(page, broker, 'messages/%2F/mixed?m.header=source%3Dshop');
  await page.getByText('5 of 10 messages looked at fit').waitFor();
  await page.getByRole('button', { name: 'Delete what fits' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Count them' }).click();
  await dialog.getByText('5 ready messages').waitFor();
  assert.equal(await broker.ready('mixed'), 10);
  // The second half of a double click on the button that was there before.
  await dialog.getByRole('button', { name: 'Delete 5 messages' }).hover();
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  assert.equal(await broker.ready('mixed'), 10);
  await dialog.getByRole('button', { name: 'Delete 5 messages' }).click();
  await page.getByText('5 messages deleted.').waitFor();
  assert.equal(await broker.ready('mixed'), 5);
  await page.getByText('No message fits the filter.').waitFor();
});

pageTest('a queue is paused and resumed', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/held', { durable: true });
  await open(page, broker, 'queues/%2F/held');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Queue held is paused.').waitFor();
  await page.getByText('paused', { exact: true }).waitFor();
  await until('the API says so', async () => (await broker.api('GET', '/queues/%2F/held')).paused === true);
  await open(page, broker, 'queues');
  await row(page, 'queues', 'held').getByText('paused', { exact: true }).waitFor();
  await open(page, broker, 'queues/%2F/held');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
  await page.getByText('running', { exact: true }).waitFor();
});

pageTest('the log comes as it is written', {}, async (page, broker) => {
  await open(page, broker, 'logs');
  await page.getByText('live', { exact: true }).waitFor();
  await page.locator('.log-line').first().waitFor();
  const client = connect(broker.amqpPort, '127.0.0.1');
  await once(client, 'connect');
  const address = `127.0.0.1:${client.localPort}`;
  client.end('GET / HTTP/1.1\r\n\r\n'); // no AMQP: that is logged
  const line = page.locator('.log-line').filter({ hasText: address });
  await line.first().waitFor();
  await page.getByRole('searchbox').fill('no such line');
  await page.getByText('No line of this level').waitFor();
  await page.getByRole('searchbox').fill(address);
  await line.first().waitFor();
  await page.getByRole('button', { name: 'Hold' }).click();
  await page.getByText('held', { exact: true }).waitFor();
  await page.getByLabel('From level').selectOption('critical');
  await settled(page);
  assert.match(page.url(), /level=critical/);
});

pageTest('what consumers hold is shown with who holds it, and leads to the message', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/lent', { durable: true });
  await publish(broker, 'lent', 2);
  const messages = [
    { queue: 'lent', vhost: '/', cursor: '0-1', position: 1, lane: 0, delivery_tag: 8, consumer_tag: 'quick', channel: 'c (1)', connection: 'c', user: 'app', age: 2, in_transaction: false },
    { queue: 'lent', vhost: '/', cursor: '0-0', position: 0, lane: 0, delivery_tag: 7, consumer_tag: null, channel: 'c (1)', connection: 'c', user: 'app', age: 61, in_transaction: true },
  ];
  await withoutStream(page);
  await page.route('**/api/coney/queues/%2F/lent/unacked?*', (route) => route.fulfill({ contentType: 'application/json', body: JSON.stringify({ messages, more: false }) }));
  await open(page, broker, 'queues/%2F/lent?tab=unacked');
  const held = page.getByRole('table', { name: 'Unacked messages' }).locator('tbody tr');
  await held.first().getByText('1m 1s').waitFor();
  await held.first().getByText('basic.get').waitFor();
  await held.nth(1).getByText('quick').waitFor();
  await held.first().getByRole('link', { name: '0', exact: true }).click();
  await page.getByRole('article').getByText('"order": 0').waitFor();
});
