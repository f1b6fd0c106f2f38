// One broker and one browser for the tests of a file; each test has a page of its own, and none may
// leave a fault on it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Broker } from './broker.mjs';
import { logIn, openBrowser, openPage } from './browser.mjs';

export const suite = {};

before(async () => {
  suite.broker = await Broker.start();
  suite.browser = await openBrowser();
});

after(async () => {
  await suite.browser?.close();
  await suite.broker?.stop();
});

// pageTest('...', {user, password}, async (page, broker) => ...); user null: not logged in.
export function pageTest(name, options, body) {
  test(name, { timeout: 120_000 }, async () => {
    const page = await openPage(suite.browser, suite.broker, options.context);
    try {
      if (options.user !== null) await logIn(page, suite.broker, options.user ?? 'guest', options.password);
      await body(page, suite.broker);
      assert.deepEqual(page.faults, []);
    } finally {
      await page.context().close();
    }
  });
}

// The row of the table of this label that has a cell of this text.
export function row(page, table, text) {
  return page.getByRole('table', { name: table, exact: true }).getByRole('row').filter({ has: page.getByRole('cell', { name: text, exact: true }) });
}
