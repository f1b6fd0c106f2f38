import assert from 'node:assert/strict';
import { logIn, open } from './support/browser.mjs';
import { pageTest } from './support/suite.mjs';

pageTest('a wrong password is refused with a word about it', { user: null }, async (page, broker) => {
  await page.goto(broker.url);
  await page.getByLabel('User name').fill('guest');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').filter({ hasText: 'wrong' }).waitFor();
  assert.equal(await page.getByRole('navigation', { name: 'Pages' }).count(), 0);
});

pageTest('a user without a tag is told what is missing', { user: null }, async (page, broker) => {
  await broker.api('PUT', '/users/untagged', { password: 'pw', tags: '' });
  await page.goto(broker.url);
  await page.getByLabel('User name').fill('untagged');
  await page.getByLabel('Password').fill('pw');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').filter({ hasText: 'management' }).waitFor();
});

pageTest('the session outlives a reload, and the page asked for is the page shown', { user: null }, async (page, broker) => {
  await logIn(page, broker, 'guest', 'guest', '#/queues?name=abc');
  await page.getByRole('heading', { name: 'Queues' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Queues' }).waitFor();
  assert.equal(await page.getByRole('searchbox').inputValue(), 'abc');
});

pageTest('an address that changes while the page comes is the page shown', {}, async (page) => {
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.querySelector('#main')) return;
      observer.disconnect();
      location.hash = '#/queues?name=abc';
    }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  await page.getByRole('heading', { name: 'Queues' }).waitFor();
  assert.equal(await page.getByRole('searchbox').inputValue(), 'abc');
});

pageTest('no script can read the session, and logging out ends it', {}, async (page, broker) => {
  assert.equal(await page.evaluate(() => document.cookie), '');
  const stored = await page.evaluate(() => JSON.stringify(localStorage) + JSON.stringify(sessionStorage));
  assert.doesNotMatch(stored, /guest/);
  const cookies = await page.context().cookies();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByLabel('User name').waitFor();
  const answer = await fetch(`${broker.url}/api/whoami`, { headers: { cookie: cookies.map((one) => `${one.name}=${one.value}`).join('; ') } });
  assert.equal(answer.status, 401);
});

pageTest('a monitoring user sees all and no button that would fail', { user: null }, async (page, broker) => {
  await broker.api('PUT', '/users/watcher', { password: 'watcher', tags: 'monitoring' });
  await broker.api('PUT', '/queues/%2F/watched', { durable: true });
  await logIn(page, broker, 'watcher');
  const pages = page.getByRole('navigation', { name: 'Pages' });
  for (const absent of ['Users', 'Policies', 'Limits', 'Definitions']) {
    assert.equal(await pages.getByRole('link', { name: absent }).count(), 0, absent);
  }
  await open(page, broker, 'queues');
  await page.getByRole('link', { name: 'watched' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Declare a queue' }).count(), 0);
  await page.getByRole('link', { name: 'watched' }).click();
  await page.getByRole('heading', { name: 'watched' }).waitFor();
  for (const absent of ['Purge', 'Delete']) assert.equal(await page.getByRole('button', { name: absent }).count(), 0, absent);
  for (const absent of ['Publish', 'Get']) assert.equal(await page.getByRole('tab', { name: absent }).count(), 0, absent);
  await open(page, broker, 'users');
  await page.getByText('There is no such page, or you may not see it.').waitFor();
});

pageTest('a session that the server has ended leads to the login', {}, async (page, broker) => {
  await broker.api('PUT', '/users/brief', { password: 'brief', tags: 'monitoring' });
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByLabel('User name').waitFor();
  await logIn(page, broker, 'brief');
  await broker.api('DELETE', '/users/brief');
  await open(page, broker, 'queues');
  await page.getByRole('alert').filter({ hasText: 'session has ended' }).waitFor();
});
