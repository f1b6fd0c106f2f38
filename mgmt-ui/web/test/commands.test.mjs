// What is shown as a command does what the button would do: each line is run in a shell.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { promisify } from 'node:util';
import { open, settled } from './support/browser.mjs';
import { kProgram, until } from './support/broker.mjs';
import { consume } from './support/consumer.mjs';
import { pageTest } from './support/suite.mjs';

const run = promisify(execFile);

// The line of the one form or part that is looked at, run as it stands; what it prints.
async function runLine(part, broker) {
  const commands = part.locator('details.commands').last();
  if ((await commands.getAttribute('open')) === null) await commands.locator('summary').click();
  const line = await commands.getByLabel('coneyctl').innerText();
  const environment = { ...process.env, PATH: dirname(kProgram) + delimiter + process.env.PATH, CONEYCTL_URL: broker.url.replace('//', '//guest:guest@') };
  const { stdout } = await run('/bin/sh', ['-c', line], { env: environment });
  return stdout;
}

async function inDialog(page, button, broker, fill = async () => undefined) {
  await page.getByRole('button', { name: button, exact: true }).first().click();
  const dialog = page.getByRole('dialog');
  await fill(dialog);
  const said = await runLine(dialog, broker);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  return said;
}

const kQueue = "it's a $(queue)";
const path = (name) => encodeURIComponent(name);

pageTest('queues, exchanges and bindings are declared, used and deleted by the lines that are shown', {}, async (page, broker) => {
  const queue = () => broker.api('GET', `/queues/%2F/${path(kQueue)}`);
  await open(page, broker, 'queues');
  await inDialog(page, 'Declare a queue', broker, async (dialog) => {
    await dialog.getByLabel('Name', { exact: true }).fill(kQueue);
    await dialog.getByLabel('Arguments: name 1').fill('x-max-length');
    await dialog.getByLabel('Arguments: value 1').fill('10');
  });
  assert.equal((await queue()).arguments['x-max-length'], 10);
  await open(page, broker, 'exchanges');
  await inDialog(page, 'Declare an exchange', broker, async (dialog) => {
    await dialog.getByLabel('Name', { exact: true }).fill('shown');
    await dialog.getByLabel('Type', { exact: true }).selectOption('topic');
  });
  assert.equal((await broker.api('GET', '/exchanges/%2F/shown')).type, 'topic');
  await open(page, broker, `queues/%2F/${path(kQueue)}?tab=bindings`);
  await inDialog(page, 'Bind', broker, async (dialog) => {
    await dialog.getByLabel('From exchange').fill('shown');
    await dialog.getByLabel('Routing key').fill('a.#');
  });
  const bindings = () => broker.api('GET', `/bindings/%2F/e/shown/q/${path(kQueue)}`);
  assert.equal((await bindings())[0].routing_key, 'a.#');

  await open(page, broker, `queues/%2F/${path(kQueue)}?tab=publish`);
  await page.getByLabel('Payload', { exact: true }).fill('{"it\'s": "$HOME"}');
  for (let n = 0; n < 3; ++n) await runLine(page.locator('main'), broker);
  assert.equal(await broker.ready(kQueue), 3);
  await open(page, broker, `queues/%2F/${path(kQueue)}?tab=get`);
  assert.match(await runLine(page.locator('main'), broker), /\$HOME/);
  await open(page, broker, `messages/%2F/${path(kQueue)}`);
  assert.match(await runLine(page.locator('main'), broker), /"position":2/);
  await open(page, broker, `messages/%2F/${path(kQueue)}?m.body=HOME`);
  assert.match(await inDialog(page, 'Delete what fits', broker), /matched: 3/);
  assert.equal(await broker.ready(kQueue), 3, 'they have been counted');

  await open(page, broker, `queues/%2F/${path(kQueue)}`);
  await inDialog(page, 'Purge', broker, (dialog) => dialog.getByLabel('Only the first').fill('2'));
  assert.equal(await broker.ready(kQueue), 1);
  await inDialog(page, 'Pause', broker);
  await inDialog(page, 'Resume', broker);
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  await open(page, broker, `queues/%2F/${path(kQueue)}?tab=bindings`);
  await inDialog(page, 'Unbind', broker);
  assert.deepEqual(await bindings(), []);
  await inDialog(page, 'Delete', broker);
  await assert.rejects(queue(), /404/);
  await open(page, broker, 'exchanges/%2F/shown');
  await inDialog(page, 'Delete', broker);
  await assert.rejects(broker.api('GET', '/exchanges/%2F/shown'), /404/);
});

pageTest('a consumer is cancelled and a limit is cleared by the lines that are shown', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/consumed', { durable: true });
  const client = await consume(broker, ['consumed']);
  const consumers = async () => (await broker.api('GET', '/consumers')).length;
  await until('the consumer', async () => (await consumers()) === 1);
  await open(page, broker, 'queues/%2F/consumed?tab=consumers');
  await inDialog(page, 'Cancel', broker);
  await until('none', async () => (await consumers()) === 0);
  client.end();
  await broker.api('PUT', '/user-limits/guest/max-channels', { value: 7 });
  await open(page, broker, 'limits?tab=user');
  await page.getByRole('row').filter({ hasText: 'max-channels' }).waitFor();
  await inDialog(page, 'Clear', broker);
  assert.deepEqual(await broker.api('GET', '/user-limits/guest'), []);
});

const kActing = {
  queues: ['queues', 'queues/%2F/acted.on', 'queues/%2F/acted.on?tab=bindings', 'queues/%2F/acted.on?tab=consumers', 'exchanges', 'exchanges/%2F/amq.topic?tab=bindings'],
  users: ['vhosts', 'vhosts/acted', 'users', 'users/acted'],
  policies: ['policies', 'policies?tab=operator', 'limits', 'parameters', 'parameters?tab=global'],
};
const kChanging = /^(Declare|Delete|Purge|Move|Pause|Resume|Bind|Unbind|Cancel|Add|Set|Change|Clear|Protect|Allow|Start|Stop)/;

async function fillActing(broker) {
  await broker.api('PUT', '/queues/%2F/acted.on', { durable: true });
  await broker.api('POST', '/bindings/%2F/e/amq.topic/q/acted.on', { routing_key: 'k' });
  await broker.api('PUT', '/policies/%2F/acted', { pattern: '^none$', definition: { 'max-length': 1 }, priority: 0, 'apply-to': 'queues' });
  await broker.api('PUT', '/vhost-limits/%2F/max-queues', { value: 100_000 });
  await broker.api('PUT', '/vhosts/acted', {});
  await broker.api('PUT', '/users/acted', { password: 'acted', tags: '' });
  return consume(broker, ['acted.on']);
}

// What the dialog of a button lacks.
async function lackingOf(page, button, name) {
  await button.click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  const value = dialog.getByLabel('Value (JSON)');
  if (await value.count()) await value.fill('1'); // without it there is nothing to be done yet
  const lacking = [];
  for (const kind of ['curl', 'coneyctl']) {
    if ((await dialog.locator(`details.commands pre[aria-label=${kind}]`).count()) !== 1) lacking.push(`${name}: ${kind}`);
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  return lacking;
}

for (const [kind, places] of Object.entries(kActing)) {
  pageTest(`every action on pages of ${kind} can be shown as both commands`, {}, async (page, broker) => {
    const client = await fillActing(broker);
    const lacking = [];
    const seen = [];
    for (const place of places) {
      await open(page, broker, place);
      await settled(page);
      const buttons = page.locator('main button:not([role=tab], .sort, form button)');
      for (const name of new Set(await buttons.filter({ hasText: kChanging }).allInnerTexts())) {
        seen.push(name);
        lacking.push(...(await lackingOf(page, buttons.filter({ hasText: new RegExp(`^${name}$`) }).first(), `${place}: ${name}`)));
      }
    }
    client.end();
    assert.deepEqual(lacking, []);
    assert.ok(seen.length > 3, `only ${seen.join(', ')}`);
  });
}
