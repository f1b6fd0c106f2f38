// What a screen reader and a keyboard need, on every page, in both themes and at both widths.
import assert from 'node:assert/strict';
import { open, settled } from './support/browser.mjs';
import { consume } from './support/consumer.mjs';
import { pageTest } from './support/suite.mjs';

const kPlaces = [
  'now', 'overview', 'connections', 'channels', 'consumers', 'exchanges', 'exchanges/%2F/amq.topic', 'exchanges/%2F/amq.topic?tab=bindings', 'exchanges/%2F/amq.topic?tab=publish',
  'queues', ...['', '?tab=messages', '?tab=unacked', '?tab=bindings', '?tab=consumers', '?tab=publish', '?tab=get'].map((tab) => 'queues/%2F/read.aloud' + tab),
  'streams', 'messages', 'messages/%2F/read.aloud', 'nodes', 'configuration', 'logs', 'vhosts', 'vhosts/%2F', 'users', 'users/guest',
  'policies', 'policies?tab=simulator', 'limits', 'parameters', 'parameters?tab=global', 'definitions',
];

// Faults of what is on the page at this moment. Runs in the page.
function faultsOf() {
  const faults = [];
  const shown = (element) => element.checkVisibility?.({ checkVisibilityCSS: true }) ?? true;
  const said = (element) => element.outerHTML.slice(0, 120);
  const referred = (element, name) => (element.getAttribute(name) ?? '').split(' ').filter(Boolean).map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
  const nameOf = (element) =>
    (element.getAttribute('aria-label') || referred(element, 'aria-labelledby') || [...(element.labels ?? [])].map((label) => label.textContent).join(' ') || (/^(A|BUTTON|SUMMARY|TH)$/.test(element.tagName) ? element.textContent : '') || '').trim();
  const check = (selector, what, isRight) => {
    for (const element of document.querySelectorAll(selector)) if (shown(element) && !isRight(element)) faults.push(`${what}: ${said(element)}`);
  };
  check('input, select, textarea', 'a field without a label', nameOf);
  check('button, a[href], summary', 'something to press without a name', nameOf);
  check('[role=img], figure, table:not(:has(caption)), [role=region], [role=group], [role=tablist], nav, dialog', 'a part without a name', (element) => nameOf(element) || element.closest('[aria-hidden=true]'));
  check('img:not([alt])', 'a picture without words', () => false);
  check('[tabindex]', 'an order of its own', (element) => Number(element.getAttribute('tabindex')) <= 0);
  check('[aria-controls]', 'it names what is not there', (element) => element.getAttribute('aria-expanded') === 'false' || document.getElementById(element.getAttribute('aria-controls')));
  check('th', 'a column without a scope', (element) => element.getAttribute('scope'));
  check('[onclick]', 'a script in the markup', () => false);
  if (document.querySelectorAll('h1').length !== 1) faults.push(`${document.querySelectorAll('h1').length} titles`);
  if (!document.documentElement.lang) faults.push('no language');
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  for (const id of new Set(ids.filter((one, at) => ids.indexOf(one) !== at))) faults.push(`two of the id ${id}`);
  return faults;
}

// Text that is too pale for what is behind it. Runs in the page.
function paleTexts() {
  const brightness = (color) => {
    const [red, green, blue] = color.match(/[\d.]+/g).slice(0, 3).map((part) => Number(part) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      const parts = color.match(/[\d.]+/g) ?? [];
      if (parts.length === 3 || Number(parts[3]) === 1) return color;
    }
    return 'rgb(255, 255, 255)';
  };
  const pale = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    if (!text.textContent.trim() || element.closest('[aria-hidden=true], option, :disabled, .unseen') || !element.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true })) continue;
    const style = getComputedStyle(element);
    if (!/^rgb/.test(style.color) || !/^rgb/.test(behind(element))) continue;
    const [one, other] = [brightness(style.color), brightness(behind(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    if (ratio < 4.45) pale.add(`${ratio.toFixed(1)}: ${style.color} on ${behind(element)}: ${text.textContent.trim().slice(0, 40)}`);
  }
  return [...pale];
}

async function fill(broker) {
  await broker.api('PUT', '/queues/%2F/read.aloud', { durable: true });
  await broker.api('PUT', '/queues/%2F/held.aloud', { durable: true });
  for (const queue of ['read.aloud', 'held.aloud']) {
    await broker.api('POST', '/exchanges/%2F/amq.default/publish', { routing_key: queue, payload: '{"a": 1}', payload_encoding: 'string', properties: {} });
  }
  await broker.api('PUT', '/policies/%2F/aloud', { pattern: '^none$', definition: { 'max-length': 1 }, priority: 0, 'apply-to': 'queues' });
  await broker.api('PUT', '/vhost-limits/%2F/max-queues', { value: 100_000 });
  return consume(broker, ['held.aloud']);
}

// Only tables may be wider than a phone. Runs in the page.
const tooWide = () => (document.documentElement.scrollWidth > innerWidth ? [`${document.documentElement.scrollWidth} px wide`] : []);

pageTest('everything has a name and can be read, light, dark and narrow', { context: { colorScheme: 'light' } }, async (page, broker) => {
  const client = await fill(broker);
  const faults = {};
  for (const place of kPlaces) {
    await open(page, broker, place);
    await settled(page);
    const found = [...(await page.evaluate(faultsOf)), ...(await page.evaluate(paleTexts))];
    await page.emulateMedia({ colorScheme: 'dark' });
    found.push(...(await page.evaluate(paleTexts)));
    await page.setViewportSize({ width: 360, height: 740 });
    found.push(...(await page.evaluate(faultsOf)), ...(await page.evaluate(tooWide)));
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: 'light' });
    if (found.length) faults[place] = found;
  }
  client.end();
  assert.deepEqual(faults, {});
});

pageTest('the checks themselves find what is wrong', {}, async (page, broker) => {
  await open(page, broker, 'queues');
  await settled(page);
  await page.evaluate(() => {
    const wrong = document.createElement('div');
    wrong.innerHTML = '<input id="main"><button></button><a href="#/now"></a><img><table><tr><th>x</th></tr></table><h1>again</h1><p tabindex="2">first</p>';
    const pale = document.createElement('p');
    pale.style.color = 'rgb(200, 200, 200)';
    pale.style.backgroundColor = 'rgb(255, 255, 255)';
    pale.textContent = 'hardly there';
    document.body.append(wrong, pale);
  });
  const kinds = (await page.evaluate(faultsOf)).map((fault) => fault.split(':')[0]);
  assert.deepEqual(kinds, [
    'a field without a label', 'something to press without a name', 'something to press without a name', 'a part without a name',
    'a picture without words', 'an order of its own', 'a column without a scope', '2 titles', 'two of the id main',
  ]);
  assert.match((await page.evaluate(paleTexts)).join(), /hardly there/);
});

pageTest('dialogs have names, too, and give the focus back', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/read.aloud', { durable: true });
  for (const [place, ...buttons] of [
    ['queues', 'Declare a queue'],
    ['queues/%2F/read.aloud', 'Pause', 'Purge', 'Delete'],
    ['exchanges', 'Declare an exchange'],
    ['vhosts', 'Add a virtual host'],
    ['users', 'Add a user'],
    ['vhosts/%2F', 'Set a limit'],
    ['parameters', 'Set a parameter'],
  ]) {
    await open(page, broker, place);
    await settled(page);
    for (const name of buttons) {
      const button = page.getByRole('button', { name, exact: true }).first();
      await button.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      assert.deepEqual(await page.evaluate(faultsOf), [], `${place}: ${name}`);
      assert.ok(await page.evaluate(() => document.querySelector('dialog').contains(document.activeElement)), `${name} takes the focus`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      assert.equal(await page.evaluate(() => document.activeElement?.textContent?.trim()), name, 'the focus comes back');
    }
  }
});

pageTest('what has the focus shows it', {}, async (page, broker) => {
  await open(page, broker, 'queues');
  await settled(page);
  await page.evaluate(() => document.activeElement?.blur());
  const unseen = [];
  for (let n = 0; n < 40; ++n) {
    await page.keyboard.press('Tab');
    const told = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      const style = getComputedStyle(element);
      const isSeen = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none';
      return isSeen ? undefined : element.outerHTML.slice(0, 120);
    });
    if (told) unseen.push(told);
  }
  assert.deepEqual(unseen, []);
});

pageTest('columns that were chosen stay, on this list and no other', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/read.aloud', { durable: true });
  await open(page, broker, 'queues');
  await page.getByRole('columnheader', { name: 'Name' }).waitFor();
  const titles = async () => (await page.getByRole('columnheader').allInnerTexts()).map((title) => title.replace(/ [↑↓]$/, ''));
  const before = await titles();
  await page.getByText('Columns', { exact: true }).click();
  await page.getByRole('checkbox', { name: 'Ready', exact: true }).uncheck();
  await page.getByRole('checkbox', { name: 'Bytes', exact: true }).check();
  await page.keyboard.press('Escape');
  const chosen = await titles();
  assert.ok(!chosen.includes('Ready'));
  assert.ok(chosen.includes('Bytes') && !before.includes('Bytes'));
  await page.reload();
  await page.getByRole('columnheader', { name: 'Name' }).waitFor();
  assert.deepEqual(await titles(), chosen);
  await open(page, broker, 'streams');
  await settled(page);
  await open(page, broker, 'exchanges');
  await page.getByRole('columnheader', { name: 'Name' }).waitFor();
  assert.ok((await titles()).includes('Type'));
});
