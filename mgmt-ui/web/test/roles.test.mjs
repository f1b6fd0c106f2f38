// What a user's tags and permissions decide: no page asks for what is refused, and no button is
// there that would fail.
import assert from 'node:assert/strict';
import { logIn, open, settled } from './support/browser.mjs';
import { pageTest } from './support/suite.mjs';

const kPlaces = [
  'now', 'overview', 'connections', 'channels', 'consumers', 'exchanges', 'exchanges/%2F/amq.topic', 'exchanges/%2F/amq.topic?tab=bindings',
  'queues', 'queues/%2F/seen', 'queues/%2F/seen?tab=bindings', 'queues/%2F/seen?tab=consumers', 'streams', 'streams/%2F/stream.seen', 'messages',
  'nodes', 'vhosts', 'vhosts/%2F',
];
const kChanging = /^(Declare|Delete|Purge|Pause|Resume|Bind|Unbind|Publish|Get|Cancel|Close|Add|Set|Change|Clear|Save|Import|Start|Stop|Protect|Allow)/;

// Every place, with what the server has refused there and the buttons that change something.
async function walk(page, broker) {
  const refused = [];
  const changing = [];
  page.on('response', (answer) => {
    if (answer.status() >= 400 && answer.status() !== 503) refused.push(`${answer.status()} ${new URL(answer.url()).pathname}`);
  });
  for (const place of kPlaces) {
    await open(page, broker, place);
    await settled(page);
    for (const name of await page.locator('main button:not(.sort, [role=tab])').allInnerTexts()) {
      if (kChanging.test(name.trim())) changing.push(`${place}: ${name.trim()}`);
    }
  }
  return { refused, changing };
}

async function fill(broker) {
  await broker.api('PUT', '/queues/%2F/seen', { durable: true });
  await broker.api('PUT', '/queues/%2F/stream.seen', { durable: true, arguments: { 'x-queue-type': 'stream' } });
  await broker.api('POST', '/bindings/%2F/e/amq.topic/q/seen', { routing_key: 'seen.#' });
}

for (const tag of ['monitoring', 'management']) {
  pageTest(`a user with the tag ${tag} and without permissions is refused nowhere and can change nothing`, { user: null }, async (page, broker) => {
    await fill(broker);
    await broker.api('PUT', `/users/${tag}`, { password: tag, tags: tag });
    // To see a vhost without the tag monitoring, it needs a permission there: one that fits no name.
    await broker.api('PUT', `/permissions/%2F/${tag}`, { configure: '^$', write: '^$', read: '^$' });
    await logIn(page, broker, tag);
    const { refused, changing } = await walk(page, broker);
    assert.deepEqual([...new Set(refused)], []);
    assert.deepEqual(changing, []);
  });
}

pageTest('a user with permissions on some names has the buttons there, and no others', { user: null }, async (page, broker) => {
  await fill(broker);
  await broker.api('PUT', '/queues/%2F/own.queue', { durable: true });
  await broker.api('PUT', '/users/owner', { password: 'owner', tags: 'monitoring' });
  await broker.api('PUT', '/permissions/%2F/owner', { configure: '^own', write: '^own', read: '^own' });
  await logIn(page, broker, 'owner');
  await open(page, broker, 'queues/%2F/own.queue');
  for (const name of ['Purge', 'Delete']) await page.getByRole('button', { name, exact: true }).waitFor();
  await page.getByRole('tab', { name: 'Get' }).waitFor();
  await open(page, broker, 'queues/%2F/seen');
  await page.getByRole('heading', { name: 'seen' }).waitFor();
  await settled(page);
  for (const name of ['Purge', 'Delete']) assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0);
  assert.equal(await page.getByRole('tab', { name: 'Get' }).count(), 0);
});
