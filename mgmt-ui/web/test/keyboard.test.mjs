// The main jobs with the keyboard alone: whatever is pressed, the focus is on something, and the next
// step is within reach of it.
import assert from 'node:assert/strict';
import { open, settled } from './support/browser.mjs';
import { pageTest } from './support/suite.mjs';

const kFar = 80; // so often Tab is pressed at most
const kPatience = 10_000; // milliseconds

// What has the focus, as a screen reader would name it, or whether it is that; empty: nothing has it.
// Runs in the page.
function focused(wanted) {
  const element = document.activeElement;
  const labels = [...(element.labels ?? [])].map((label) => label.textContent).join(' ');
  const name = element === document.body ? '' : element.id === 'main' ? 'the page' : (element.getAttribute('aria-label') || labels || element.textContent).trim();
  return wanted === undefined ? name : name === wanted;
}

const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};

// Goes on with Tab (or back) until what is called so has the focus.
async function reach(page, name, key = 'Tab') {
  const passed = [];
  for (let n = 0; n < kFar; ++n) {
    await page.keyboard.press(key);
    const now = await page.evaluate(focused);
    if (now === name) return;
    passed.push(now);
  }
  assert.fail(`${key} does not lead to ${name}, but to ${passed.join(' | ')}`);
}

const back = (page, name) => reach(page, name, 'Shift+Tab');

// Waits until this has the focus.
async function holds(page, name) {
  await page.waitForFunction(focused, name, { polling: 50, timeout: kPatience }).catch(async () => {
    assert.equal(await page.evaluate(focused), name, 'what has the focus');
  });
}

async function enter(page, name) {
  await reach(page, name);
  await press(page, 'Enter');
}

async function goTo(page, name) {
  await back(page, name);
  await press(page, 'Enter');
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await holds(page, 'the page');
  await settled(page);
}

pageTest('log in, skip the list of pages, choose one of them, log out', { user: null }, async (page, broker) => {
  await page.goto(broker.url);
  await holds(page, 'User name');
  await page.keyboard.type('guest');
  await press(page, 'Tab');
  await page.keyboard.type('wrong');
  await press(page, 'Enter');
  await page.getByRole('alert').waitFor();
  await holds(page, 'Password');
  await press(page, 'Control+a');
  await page.keyboard.type('guest');
  await press(page, 'Enter');
  await page.locator('#main').waitFor();
  await enter(page, 'Skip to the page');
  await holds(page, 'the page');
  await goTo(page, 'Queues');
  await back(page, 'Log out');
  await press(page, 'Enter');
  await holds(page, 'User name');
});

pageTest('filter, sort and choose columns', {}, async (page, broker) => {
  for (const name of ['keys.one', 'keys.two']) await broker.api('PUT', `/queues/%2F/${name}`, { durable: true });
  await open(page, broker, 'queues');
  await settled(page);
  const rows = () => page.getByRole('row').filter({ has: page.getByRole('cell') });
  await press(page, '/');
  await holds(page, 'Filter queues');
  await page.keyboard.type('keys.t');
  await rows().filter({ hasText: 'keys.one' }).waitFor({ state: 'detached' });
  await press(page, 'Escape');
  await rows().filter({ hasText: 'keys.one' }).waitFor();
  await enter(page, 'Name ↑');
  await page.getByRole('columnheader', { name: 'Name', exact: true }).and(page.locator('[aria-sort=descending]')).waitFor();
  await holds(page, 'Name ↓');
  await back(page, 'Columns');
  await press(page, 'Enter');
  await reach(page, 'Bytes');
  await press(page, 'Space');
  await page.getByRole('columnheader', { name: 'Bytes', exact: true }).waitFor();
  await holds(page, 'Bytes');
  await press(page, 'Escape');
  await holds(page, 'Columns');
  await press(page, 'Enter', 'Shift+Tab');
  await page.locator('details.menu:not([open])').waitFor();
});

pageTest('declare a queue, publish, get, purge, delete', {}, async (page, broker) => {
  await open(page, broker, 'queues');
  await settled(page);
  await enter(page, 'Declare a queue');
  await holds(page, 'Name');
  await page.keyboard.type('by.keys');
  await press(page, 'Enter');
  await page.getByRole('heading', { level: 1, name: 'by.keys' }).waitFor();
  await holds(page, 'the page');
  await reach(page, 'Overview');
  await press(page, 'End', 'ArrowLeft');
  await holds(page, 'Publish');
  await reach(page, 'Payload');
  await page.keyboard.type('pressed');
  await enter(page, 'Publish');
  await page.getByText('The message was routed.').waitFor();
  await holds(page, 'Publish');
  await back(page, 'Publish'); // the tab
  await press(page, 'ArrowRight');
  await holds(page, 'Get');
  await enter(page, 'Get');
  await page.getByText('pressed').waitFor();
  await holds(page, 'Get');
  await back(page, 'Purge');
  await press(page, 'Enter');
  await holds(page, 'Cancel'); // Enter twice deletes nothing
  await press(page, 'Escape');
  await holds(page, 'Purge');
  await press(page, 'Enter');
  await holds(page, 'Cancel');
  await enter(page, 'Purge');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await broker.ready('by.keys'), 0);
  await holds(page, 'Purge');
  await enter(page, 'Delete');
  await holds(page, 'Cancel');
  await enter(page, 'Delete');
  await page.getByRole('heading', { level: 1, name: 'Queues' }).waitFor();
  await holds(page, 'the page');
});

pageTest('look at a message', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/letters', { durable: true });
  await broker.api('POST', '/exchanges/%2F/amq.default/publish', { routing_key: 'letters', payload: 'dear reader', payload_encoding: 'string', properties: {} });
  await open(page, broker, 'now');
  await settled(page);
  await goTo(page, 'Messages');
  await reach(page, 'Queue or stream');
  await page.keyboard.type('letters');
  await press(page, 'Enter');
  await page.getByRole('heading', { level: 1, name: 'letters' }).waitFor();
  await holds(page, 'the page');
  await page.getByRole('row').filter({ hasText: 'dear reader' }).waitFor();
  await enter(page, '0');
  await page.locator('.payload').getByText('dear reader').waitFor();
  await holds(page, '0');
  await press(page, 'Enter');
  await page.locator('.payload').waitFor({ state: 'detached' });
});

pageTest('Enter pressed twice deletes nothing', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/kept', { durable: true });
  await broker.api('POST', '/exchanges/%2F/amq.default/publish', { routing_key: 'kept', payload: 'dear reader', payload_encoding: 'string', properties: {} });
  await open(page, broker, 'messages/%2F/kept?m.body=dear');
  await settled(page);
  await enter(page, 'Delete what fits');
  await holds(page, 'Cancel');
  await enter(page, 'Count them');
  await page.getByRole('button', { name: 'Delete 1 message' }).waitFor();
  await holds(page, 'Close');
  await press(page, 'Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await holds(page, 'Delete what fits');
  assert.equal(await broker.ready('kept'), 1);
});

pageTest('add a policy and delete it again', {}, async (page, broker) => {
  await open(page, broker, 'policies');
  await settled(page);
  await enter(page, 'Add a policy');
  await holds(page, 'Name');
  await page.keyboard.type('pressed');
  await reach(page, 'Pattern');
  await page.keyboard.type('^none$');
  await reach(page, 'Definition: name 1');
  await page.keyboard.type('max-length');
  await press(page, 'Tab');
  await page.keyboard.type('7');
  await enter(page, 'Remove max-length');
  await holds(page, 'Definition: name 1');
  await page.keyboard.type('max-length');
  await press(page, 'Tab');
  await page.keyboard.type('8');
  await enter(page, 'Add');
  await page.getByRole('cell', { name: 'pressed', exact: true }).waitFor();
  await holds(page, 'Add a policy');
  await enter(page, 'Delete');
  await page.getByRole('dialog').waitFor();
  await holds(page, 'Cancel');
  await enter(page, 'Delete');
  await page.getByText('There are no policies.').waitFor();
  await holds(page, 'Filter policies'); // the row and its button are gone
});

pageTest('export definitions', {}, async (page, broker) => {
  await open(page, broker, 'definitions');
  await settled(page);
  const download = page.waitForEvent('download');
  await enter(page, 'Download');
  assert.equal((await download).suggestedFilename(), 'definitions.json');
  await holds(page, 'Download');
});

pageTest('on a narrow screen the menu opens, closes and leads on', { context: { viewport: { width: 360, height: 740 } } }, async (page, broker) => {
  await open(page, broker, 'now');
  await settled(page);
  await enter(page, 'Menu');
  await reach(page, 'Overview');
  await press(page, 'Escape');
  await holds(page, 'Menu');
  assert.equal(await page.getByRole('link', { name: 'Overview' }).isVisible(), false);
  await press(page, 'Enter');
  await enter(page, 'Overview');
  await holds(page, 'the page');
  assert.equal(await page.getByRole('link', { name: 'Now' }).isVisible(), false);
});
