// Names, values and bodies that try to be markup stay text wherever they are shown.
import assert from 'node:assert/strict';
import { open, settled } from './support/browser.mjs';
import { pageTest } from './support/suite.mjs';

const kHostile = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>\'"&amp;{{7*7}}';
const kLink = 'javascript:window.hit=1';
const e = encodeURIComponent;

async function fill(broker) {
  const name = kHostile;
  await broker.api('PUT', `/vhosts/${e(name)}`, { description: name, tags: name.replaceAll(',', '') });
  await broker.api('PUT', `/users/${e(name)}`, { password: 'x', tags: name });
  await broker.api('PUT', `/permissions/${e(name)}/guest`, { configure: '.*', write: '.*', read: '.*' });
  await broker.api('PUT', `/permissions/${e(name)}/${e(name)}`, { configure: '<b>.*', write: '<i>.*', read: '.*' });
  await broker.api('PUT', `/exchanges/${e(name)}/${e(name)}`, { type: 'topic', durable: true, arguments: { [name]: name } });
  await broker.api('PUT', `/topic-permissions/${e(name)}/${e(name)}`, { exchange: name, write: '<b>', read: '.*' });
  await broker.api('PUT', `/queues/${e(name)}/${e(name)}`, { durable: true, arguments: { [name]: name } });
  await broker.api('PUT', `/queues/${e(name)}/${e(kLink)}`, { durable: true });
  await broker.api('POST', `/bindings/${e(name)}/e/${e(name)}/q/${e(name)}`, { routing_key: name, arguments: { [name]: name } });
  await broker.api('PUT', `/policies/${e(name)}/${e(name)}`, { pattern: '<b>.*', definition: { 'dead-letter-exchange': name }, priority: 0, 'apply-to': 'queues' });
  await broker.api('PUT', `/global-parameters/${e(name)}`, { value: name });
  await broker.api('POST', `/exchanges/${e(name)}/${e(name)}/publish`, {
    routing_key: name, payload: name, payload_encoding: 'string',
    properties: { content_type: 'text/html', headers: { [name]: name }, message_id: name, app_id: name },
  });
}

pageTest('nothing that users write becomes markup', {}, async (page, broker) => {
  await fill(broker);
  const name = e(kHostile);
  const places = [
    'now', 'overview', 'queues', `queues/${name}/${name}`, `queues/${name}/${name}?tab=bindings`, `queues/${name}/${name}?tab=get`, `queues/${name}/${name}?tab=unacked`,
    `messages/${name}/${name}`, `messages/${name}/${name}?m.key=${name}&m.header=${name}`, 'streams', 'logs', 'policies?tab=simulator',
    'exchanges', `exchanges/${name}/${name}`, `exchanges/${name}/${name}?tab=bindings`, 'connections', 'channels', 'consumers', 'nodes',
    'vhosts', `vhosts/${name}`, 'users', `users/${name}`, 'policies', 'limits', 'parameters?tab=global', 'definitions',
    `queues?name=${name}`, `nosuch/${name}`, `queues/${name}/nosuch${name}`,
  ];
  for (const place of places) {
    await open(page, broker, place);
    await page.locator('h1, .empty').first().waitFor();
    await settled(page);
    if (place.endsWith('tab=get')) {
      await page.getByRole('button', { name: 'Get', exact: true }).click();
      await page.getByRole('article').waitFor();
    }
    if (place === `messages/${name}/${name}`) {
      await page.locator('button.link').first().click();
      await page.getByRole('article').waitFor();
    }
    assert.equal(await page.evaluate(() => window.hit), undefined, place);
    assert.equal(await page.locator('main img, main script').count(), 0, place);
    assert.equal(await page.locator('a[href^="javascript:"]').count(), 0, place);
  }
  await open(page, broker, `queues/${name}/${name}`);
  await settled(page);
  assert.equal(await page.locator('h1').innerText(), `Queue in ${kHostile}\n${kHostile}`);
});

pageTest('the page says what it may load, and cannot be framed', { user: null }, async (page, broker) => {
  const answer = await page.goto(broker.url);
  const headers = answer.headers();
  assert.match(headers['content-security-policy'], /default-src 'none'/);
  assert.match(headers['content-security-policy'], /frame-ancestors 'none'/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  const script = await page.locator('script[src]').getAttribute('src');
  const first = await fetch(new URL(script, broker.url + '/'), { headers: { 'accept-encoding': 'br' } });
  assert.equal(first.headers.get('content-encoding'), 'br');
  const again = await fetch(new URL(script, broker.url + '/'), { headers: { 'accept-encoding': 'br', 'if-none-match': first.headers.get('etag') } });
  assert.equal(again.status, 304);
});
