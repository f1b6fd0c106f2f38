// What a user's tags and permissions decide: no page asks for what is refused, and no button is
// there that would fail.
import assert from 'node:assert/strict';
import { logIn, open, settled } from './support/browser.mjs';
import { until } from './support/broker.mjs';
import { consume } from './support/consumer.mjs';
import { pageTest } from './support/suite.mjs';

const kEveryone = [
  'now', 'overview', 'connections', 'channels', 'consumers', 'exchanges', 'exchanges/%2F/amq.topic', 'exchanges/%2F/amq.topic?tab=bindings',
  'queues', 'queues/%2F/seen', 'queues/%2F/seen?tab=bindings', 'queues/%2F/seen?tab=consumers', 'streams', 'streams/%2F/stream.seen', 'messages',
];
// Pages that a tag opens, beyond those for everyone.
const kOpened = {
  management: [],
  monitoring: ['nodes', 'vhosts', 'vhosts/%2F'],
  policymaker: ['policies', 'policies?tab=operator', 'policies?tab=simulator', 'parameters'],
  administrator: [
    'nodes', 'vhosts', 'vhosts/%2F', 'configuration', 'logs', 'users', 'users/guest', 'policies', 'policies?tab=operator', 'policies?tab=simulator',
    'limits', 'limits?tab=user', 'parameters', 'parameters?tab=global', 'definitions',
  ],
};
const kTitles = {
  nodes: 'Nodes', vhosts: 'Virtual hosts', configuration: 'Configuration', logs: 'Logs', users: 'Users', policies: 'Policies', limits: 'Limits', parameters: 'Parameters', definitions: 'Definitions',
};
const kChanging = /^(Declare|Delete|Purge|Pause|Resume|Bind|Unbind|Move|Publish|Get|Cancel|Close|Add|Set|Change|Clear|Save|Import|Start|Stop|Protect|Allow)/;

// Each place, with what the server has refused there and the buttons that change something.
async function walk(page, broker, places) {
  const refused = [];
  const changing = [];
  page.on('response', (answer) => {
    if (answer.status() >= 400 && answer.status() !== 503) refused.push(`${answer.status()} ${new URL(answer.url()).pathname}`);
  });
  for (const place of places) {
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

// A user with one tag, who sees the vhost and may do nothing in it.
async function logInWith(page, broker, tag) {
  await fill(broker);
  await broker.api('PUT', `/users/${tag}`, { password: tag, tags: tag });
  // To see a vhost without the tag monitoring, it needs a permission there: one that fits no name.
  await broker.api('PUT', `/permissions/%2F/${tag}`, { configure: '^$', write: '^$', read: '^$' });
  await logIn(page, broker, tag);
}

// What each tag alone may change.
const kMayChange = {
  management: [],
  monitoring: [],
  policymaker: ['policies: Add a policy', 'policies: Change', 'policies: Delete', 'policies?tab=simulator: Set this policy', 'parameters: Set a parameter'],
  administrator: [
    'consumers: Cancel', 'queues/%2F/seen?tab=consumers: Cancel', 'vhosts: Add a virtual host', 'vhosts/%2F: Set a permission', 'users: Add a user', 'policies: Add a policy',
    'policies?tab=operator: Add an operator policy', 'parameters: Set a parameter', 'parameters?tab=global: Set a parameter',
  ],
};
// Only permissions allow anything there.
const kNever = /^(exchanges|streams|messages|now|overview|connections|channels)|^queues(?!.*: Cancel$)/;

for (const tag of ['monitoring', 'management', 'policymaker', 'administrator']) {
  pageTest(`a user with the tag ${tag} and without permissions is refused nowhere, and can change what the tag allows`, { user: null }, async (page, broker) => {
    await broker.api('PUT', '/policies/%2F/shown', { pattern: '^none$', definition: { 'max-length': 1 }, priority: 0, 'apply-to': 'queues' });
    await logInWith(page, broker, tag);
    const client = await consume(broker, ['seen']);
    await until('the consumer', async () => (await broker.api('GET', '/consumers')).length === 1);
    const { refused, changing } = await walk(page, broker, [...kEveryone, ...kOpened[tag]]);
    client.end();
    assert.deepEqual([...new Set(refused)], []);
    for (const one of kMayChange[tag]) assert.ok(changing.includes(one), `${one} is missing among ${changing.join(', ')}`);
    if (tag !== 'administrator') assert.deepEqual(changing, kMayChange[tag]);
    assert.deepEqual(changing.filter((one) => kNever.test(one)), []);
  });

  pageTest(`a user with the tag ${tag} is led to no page of other tags, and finds none by its address`, { user: null }, async (page, broker) => {
    await logInWith(page, broker, tag);
    const pages = page.getByRole('navigation', { name: 'Pages' });
    const asked = [];
    page.on('response', (answer) => answer.status() >= 400 && asked.push(answer.url()));
    for (const [place, title] of Object.entries(kTitles)) {
      const isOpen = kOpened[tag].includes(place);
      assert.equal(await pages.getByRole('link', { name: title, exact: true }).count(), isOpen ? 1 : 0, title);
      if (isOpen) continue;
      await open(page, broker, place);
      await page.getByText('There is no such page, or you may not see it.').waitFor();
    }
    assert.deepEqual(asked, []);
  });
}

pageTest('a policymaker sets a policy and takes it away', { user: null }, async (page, broker) => {
  await logInWith(page, broker, 'policymaker');
  await open(page, broker, 'policies');
  await page.getByRole('button', { name: 'Add a policy' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('made');
  await dialog.getByLabel('Pattern').fill('^made');
  await dialog.getByLabel('Definition: name 1').fill('max-length');
  await dialog.getByLabel('Definition: value 1').fill('5');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  const made = page.getByRole('row').filter({ has: page.getByRole('cell', { name: 'made', exact: true }) });
  await made.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await made.waitFor({ state: 'detached' });
});

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
