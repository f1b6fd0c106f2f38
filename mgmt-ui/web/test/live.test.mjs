// What the page shows stays fresh: told by the server over one stream, read again where there is
// none.
import assert from 'node:assert/strict';
import { open, settled, withoutStream } from './support/browser.mjs';
import { until } from './support/broker.mjs';
import { pageTest, row } from './support/suite.mjs';

const publish = (broker, queue, amount) =>
  Promise.all(Array.from({ length: amount }, () =>
    broker.api('POST', '/exchanges/%2F/amq.default/publish', { routing_key: queue, payload: 'x', payload_encoding: 'string', properties: {} })));

// Paths of the requests that the page makes from now on.
function requests(page) {
  const paths = [];
  page.on('request', (request) => paths.push(new URL(request.url()).pathname.replace(/^\/api/, '')));
  return paths;
}

const readyOf = async (page, queue) => (await row(page, 'queues', queue).innerText()).split('\t');

pageTest('lengths arrive by one stream, and nothing is asked for again', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/told', { durable: true });
  await publish(broker, 'told', 2);
  const streams = requests(page);
  await open(page, broker, 'queues');
  await until('the length', async () => (await readyOf(page, 'told')).includes('2'));
  await until('the stream', () => streams.includes('/coney/live'));
  await settled(page);
  const asked = requests(page);
  await publish(broker, 'told', 5);
  await until('the new length', async () => (await readyOf(page, 'told')).includes('7'));
  await broker.api('DELETE', '/queues/%2F/told/contents');
  await until('no length', async () => (await readyOf(page, 'told')).filter((cell) => cell === '0').length >= 2);
  assert.deepEqual(asked, []);
  await broker.api('DELETE', '/queues/%2F/told');
});

pageTest('a queue that has nothing to do falls idle, in the list as on its page', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/lazy', { durable: true });
  await open(page, broker, 'queues');
  const lazy = row(page, 'queues', 'lazy');
  await lazy.getByText('idle', { exact: true }).waitFor();
  await lazy.getByRole('link', { name: 'lazy' }).click();
  await page.getByRole('heading', { level: 1, name: 'lazy' }).waitFor();
  await page.getByText('idle', { exact: true }).waitFor();
  await broker.api('DELETE', '/queues/%2F/lazy');
});

pageTest('deltas are less than the answers', {}, async (page, broker) => {
  for (let n = 0; n < 60; ++n) await broker.api('PUT', `/queues/%2F/many.${n}`, { durable: true });
  // Numbers that a queue has only after its first seconds would be news of all of them.
  await until('numbers', async () => (await broker.api('GET', '/queues/%2F/many.59')).messages === 0);
  await page.addInitScript(() => {
    const push = window.fetch;
    window.heard = [];
    window.fetch = async (where, options) => {
      const answer = await push(where, options);
      if (!String(where).includes('coney/live')) return answer;
      const [mine, page] = answer.body.pipeThrough(new TextDecoderStream()).tee();
      void mine.pipeTo(new WritableStream({ write: (text) => void window.heard.push(text) })).catch(() => undefined);
      return new Response(page.pipeThrough(new TextEncoderStream()), { status: answer.status });
    };
  });
  await page.reload();
  await open(page, broker, 'queues?name=many.');
  await row(page, 'queues', 'many.59').waitFor();
  const heard = () => page.evaluate(() => window.heard.join('').split('\n\n').filter((one) => one.startsWith('event: view')));
  const about = (told, kind) => told.filter((one) => one.includes(`"${kind}"`) && one.includes('many.'));
  await until('the whole page', async () => about(await heard(), 'full').length > 0);
  await publish(broker, 'many.7', 3);
  const delta = await until('a delta', async () => (await heard()).find((one) => /"delta".*"messages_ready":3/.test(one)));
  await until('the length', async () => (await readyOf(page, 'many.7')).includes('3'));
  const whole = about(await heard(), 'full')[0];
  assert.ok(delta.length < whole.length / 20, `${delta.length} bytes beside ${whole.length}`);
  assert.ok(!delta.includes('many.8'), 'only what has changed');
});

pageTest('without a stream the page reads by itself', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/read', { durable: true });
  await withoutStream(page);
  await open(page, broker, 'queues');
  await row(page, 'queues', 'read').waitFor();
  await publish(broker, 'read', 4);
  await until('the new length', async () => (await readyOf(page, 'read')).includes('4'));
  await broker.api('DELETE', '/queues/%2F/read');
  await row(page, 'queues', 'read').waitFor({ state: 'detached' });
});

pageTest('what is shown says its age while the broker is away, and goes on by itself', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/kept', { durable: true });
  await open(page, broker, 'queues');
  await row(page, 'queues', 'kept').waitFor();
  await settled(page);
  await broker.halt();
  await page.getByText(/stale, .*the server does not answer/).first().waitFor();
  await row(page, 'queues', 'kept').waitFor();
  const asked = requests(page);
  await broker.run();
  // A session is kept in memory: the login is asked for.
  await page.getByLabel('User name').fill('guest');
  await page.getByLabel('Password').fill('guest');
  await page.getByRole('button', { name: 'Log in' }).click();
  await until('a new stream', () => asked.includes('/coney/live'));
  await page.getByText(/stale, /).first().waitFor({ state: 'detached' });
  await broker.api('PUT', '/queues/%2F/later', { durable: true });
  await row(page, 'queues', 'later').waitFor();
});
