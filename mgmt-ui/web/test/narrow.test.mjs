// 360 pixels wide, and without a mouse.
import assert from 'node:assert/strict';
import { open, settled } from './support/browser.mjs';
import { until } from './support/broker.mjs';
import { pageTest } from './support/suite.mjs';

const kPhone = { context: { viewport: { width: 360, height: 740 } } };

pageTest('a long name makes no page wider than a phone', kPhone, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/a.queue.with.a.rather.long.name.that.has.to.break.somewhere', { durable: true });
  for (const place of ['queues', 'queues/%2F/a.queue.with.a.rather.long.name.that.has.to.break.somewhere', 'messages/%2F/a.queue.with.a.rather.long.name.that.has.to.break.somewhere']) {
    await open(page, broker, place);
    await page.locator('h1').waitFor();
    await settled(page);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, place);
  }
});

pageTest('the menu opens and leads somewhere', kPhone, async (page) => {
  const pages = page.getByRole('navigation', { name: 'Pages' });
  await page.getByRole('button', { name: 'Menu' }).click();
  await pages.getByRole('link', { name: 'Exchanges' }).click();
  await page.getByRole('heading', { name: 'Exchanges' }).waitFor();
  assert.equal(await pages.isVisible(), false);
});

pageTest('the keyboard is enough', {}, async (page, broker) => {
  await open(page, broker, 'exchanges');
  await page.getByRole('heading', { name: 'Exchanges' }).waitFor();
  await page.getByRole('searchbox').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('amq.fanout');
  await page.getByText('1 of').waitFor();
  await until('the link has the focus', async () => {
    await page.keyboard.press('Tab');
    return page.evaluate(() => document.activeElement?.textContent === 'amq.fanout');
  });
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'amq.fanout' }).waitFor();
  await page.getByRole('tab', { name: 'Overview' }).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.getByRole('tab', { name: 'Bindings' }).getAttribute('aria-selected'), 'true');
  await page.getByRole('button', { name: 'Bind', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

pageTest('the theme is the chosen one, and stays', {}, async (page) => {
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await page.getByLabel('Theme').selectOption('dark');
  assert.equal(await theme(), 'dark');
  await page.reload();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  assert.equal(await theme(), 'dark');
});
