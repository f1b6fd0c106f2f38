import assert from 'node:assert/strict';
import { open } from './support/browser.mjs';
import { until } from './support/broker.mjs';
import { pageTest, row } from './support/suite.mjs';

pageTest('declare, bind, publish, get, purge and delete', {}, async (page, broker) => {
  await open(page, broker, 'exchanges');
  await page.getByRole('button', { name: 'Declare an exchange' }).click();
  let dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('events');
  await dialog.getByLabel('Type', { exact: true }).selectOption('topic');
  await dialog.getByRole('button', { name: 'Declare' }).click();
  await page.getByRole('heading', { name: 'events' }).waitFor();

  await open(page, broker, 'queues');
  await page.getByRole('button', { name: 'Declare a queue' }).click();
  dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('orders');
  await dialog.getByLabel('Arguments: name 1').fill('x-max-length');
  await dialog.getByLabel('Arguments: value 1').fill('100');
  await dialog.getByRole('button', { name: 'Declare' }).click();
  await page.getByRole('heading', { name: 'orders' }).waitFor();
  assert.deepEqual((await broker.api('GET', '/queues/%2F/orders')).arguments['x-max-length'], 100);

  await page.getByRole('tab', { name: 'Bindings' }).click();
  await page.getByRole('button', { name: 'Bind', exact: true }).click();
  dialog = page.getByRole('dialog');
  await dialog.getByLabel('From exchange').fill('events');
  await dialog.getByLabel('Routing key').fill('order.#');
  await dialog.getByRole('button', { name: 'Bind' }).click();
  await row(page, 'Bindings from', 'order.#').waitFor();

  await open(page, broker, 'exchanges/%2F/events?tab=bindings');
  const where = page.getByRole('region', { name: 'Where would this routing key go?' });
  await where.getByLabel('Routing key').fill('order.eu.paid');
  await where.getByRole('link', { name: 'orders' }).waitFor();
  await where.getByLabel('Routing key').fill('user.created');
  await page.getByText('No binding fits').waitFor();

  await page.getByRole('tab', { name: 'Publish' }).click();
  await page.getByLabel('Routing key').fill('order.eu');
  await page.getByLabel('Payload', { exact: true }).fill('{"order": 7}');
  await page.getByLabel('Headers: name 1').fill('source');
  await page.getByLabel('Headers: value 1').fill('shop');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText('The message was routed.').waitFor();
  await page.getByLabel('Routing key').fill('nowhere');
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText('reached no queue').waitFor();

  await open(page, broker, 'queues/%2F/orders?tab=get');
  await page.getByRole('button', { name: 'Get', exact: true }).click();
  const message = page.getByRole('article', { name: 'Message 1' });
  await message.getByText('order.eu', { exact: true }).waitFor();
  await message.getByText('"order": 7').waitFor();
  await message.getByText('source').waitFor();
  await message.getByLabel('Show the body as').selectOption('hex');
  await message.getByText('00000000  7b 22 6f 72').waitFor();
  assert.equal(await broker.ready('orders'), 1);

  for (let i = 0; i < 4; ++i) {
    await broker.api('POST', '/exchanges/%2F/events/publish', { routing_key: 'order.x', payload: 'x', payload_encoding: 'string', properties: {} });
  }
  await page.getByRole('button', { name: 'Purge' }).click();
  dialog = page.getByRole('dialog');
  await dialog.getByLabel('Only the first').fill('2');
  await dialog.getByRole('button', { name: 'Purge' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(await broker.ready('orders'), 3);
  await page.getByRole('button', { name: 'Purge' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Purge' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await broker.ready('orders'), 0);

  await page.getByRole('tab', { name: 'Bindings' }).click();
  await page.getByRole('button', { name: 'Unbind' }).click();
  await page.getByRole('dialog').getByText('1 binding').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Unbind' }).click();
  await row(page, 'Bindings from', 'order.#').waitFor({ state: 'detached' });
  const left = await broker.api('GET', '/queues/%2F/orders/bindings');
  assert.deepEqual(left.map((one) => one.source), ['']);

  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('dialog').getByText('The queue and').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'Queues' }).waitFor();
  await assert.rejects(broker.api('GET', '/queues/%2F/orders'), /404/);
});

pageTest('what the server refuses is shown in its own words', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/twice', { durable: true });
  await open(page, broker, 'queues');
  await page.getByRole('button', { name: 'Declare a queue' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('twice');
  await dialog.getByLabel('Durability').selectOption('transient');
  await dialog.getByRole('button', { name: 'Declare' }).click();
  await dialog.getByRole('alert').filter({ hasText: /durable|inequivalent/ }).waitFor();
});

pageTest('an action is shown as a command, without passwords', {}, async (page, broker) => {
  await open(page, broker, 'queues/%2F/twice');
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('As a command').click();
  const dialog = page.getByRole('dialog');
  assert.match(await dialog.getByLabel('curl').innerText(), /^curl -u guest -X DELETE http:\/\/.*\/api\/queues\/%2F\/twice$/);
  assert.equal(await dialog.getByLabel('coneyctl').innerText(), 'coneyctl delete_queue -p / twice');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await open(page, broker, 'users');
  await page.getByRole('button', { name: 'Add a user' }).click();
  await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill('topsecret');
  await page.getByText('As a command').click();
  assert.doesNotMatch(await page.getByRole('dialog').innerText(), /topsecret/);
});

pageTest('lists are filtered, sorted and paged by the server, and the address holds the view', {}, async (page, broker) => {
  await broker.api('POST', '/definitions', {
    queues: Array.from({ length: 130 }, (_, i) => ({ name: `bulk.${String(i).padStart(3, '0')}`, vhost: '/', durable: true, auto_delete: false, arguments: {} })),
  });
  await open(page, broker, 'queues?name=bulk');
  await page.getByRole('link', { name: 'bulk.000' }).waitFor();
  await page.getByText('Page 1 of 2').waitFor();
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByRole('link', { name: 'bulk.129' }).waitFor();
  assert.match(page.url(), /page=2/);
  await page.getByRole('searchbox').fill('^bulk\\.01[0-4]$');
  await page.getByLabel('Regex').check();
  await page.getByText('5 of').waitFor();
  await page.getByRole('button', { name: 'Name' }).click();
  await until('the other order', async () => (await page.getByRole('row').nth(1).innerText()).includes('bulk.014'));
  await page.reload();
  await until('the same view', async () => (await page.getByRole('row').nth(1).innerText()).includes('bulk.014'));
  await page.getByRole('searchbox').fill('(');
  await page.getByText('This is not a regular expression.').waitFor();
});

pageTest('the broker comes back and the page goes on by itself', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/lasting', { durable: true });
  await page.evaluate(() => localStorage.setItem('coney.interval', '1'));
  await open(page, broker, 'queues?name=lasting');
  await page.getByRole('link', { name: 'lasting' }).waitFor();
  await broker.halt();
  await page.getByText('the server does not answer').waitFor();
  await page.getByRole('link', { name: 'lasting' }).waitFor();
  await broker.run();
  // A session is kept in memory: the login is asked for, and leads back to the same view.
  await page.getByLabel('User name').fill('guest');
  await page.getByLabel('Password').fill('guest');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('link', { name: 'lasting' }).waitFor();
  assert.match(page.url(), /name=lasting/);
});
