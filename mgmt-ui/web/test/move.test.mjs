// Messages of a queue that go to another: counted, moved in batches, told how many.
import assert from 'node:assert/strict';
import { open } from './support/browser.mjs';
import { until } from './support/broker.mjs';
import { pageTest } from './support/suite.mjs';

const publish = (broker, queue, amount) =>
  Promise.all(Array.from({ length: amount }, (_, at) =>
    broker.api('POST', '/exchanges/%2F/amq.default/publish', { routing_key: queue, payload: `${at}`, payload_encoding: 'string', properties: {} })));

pageTest('messages are counted, and moved to another queue', {}, async (page, broker) => {
  for (const name of ['moved.from', 'moved.to']) await broker.api('PUT', `/queues/%2F/${name}`, { durable: true });
  await publish(broker, 'moved.from', 12);
  await open(page, broker, 'queues/%2F/moved.from');
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the queue').fill('moved.to');
  await dialog.getByLabel('Only the first').fill('5');
  await dialog.getByRole('button', { name: 'Count them' }).click();
  await dialog.getByRole('button', { name: 'Move 5 messages' }).waitFor();
  assert.deepEqual([await broker.ready('moved.from'), await broker.ready('moved.to')], [12, 0], 'they have been counted');
  assert.equal(await dialog.locator('pre[aria-label=coneyctl]').textContent(), 'coneyctl move_messages -p / --count 5 moved.from moved.to');
  await dialog.getByRole('button', { name: 'Move 5 messages' }).click();
  await dialog.getByText('5 messages of 5 messages moved. Done.').waitFor();
  await dialog.getByText('Close', { exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await until('five there', async () => (await broker.ready('moved.to')) === 5);
  assert.equal(await broker.ready('moved.from'), 7);
});

pageTest('what fits no binding stays, and a destination that is not there is told', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/staying', { durable: true });
  await publish(broker, 'staying', 3);
  await open(page, broker, 'queues/%2F/staying');
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name of the queue').fill('nowhere');
  await dialog.getByRole('button', { name: 'Count them' }).click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByLabel('To', { exact: true }).selectOption('exchange');
  await dialog.getByLabel('Name of the exchange').fill('amq.topic');
  await dialog.getByRole('button', { name: 'Count them' }).click();
  await dialog.getByText('3 messages fit no binding there and would stay.').waitFor();
  assert.equal(await broker.ready('staying'), 3);
});
