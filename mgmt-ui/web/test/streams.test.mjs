import assert from 'node:assert/strict';
import { open } from './support/browser.mjs';
import { pageTest, row } from './support/suite.mjs';

pageTest('streams are a list of their own, with what keeps them short', {}, async (page, broker) => {
  await broker.api('PUT', '/queues/%2F/plain', { durable: true });
  await broker.api('PUT', '/queues/%2F/trail', { durable: true, arguments: { 'x-queue-type': 'stream', 'x-max-age': '7D' } });
  await broker.api('PUT', '/policies/%2F/shorter', { pattern: '^trail', definition: { 'max-age': '1D', 'max-length-bytes': 1048576 }, priority: 0, 'apply-to': 'streams' });
  for (let i = 0; i < 3; ++i) {
    await broker.api('POST', '/exchanges/%2F/amq.default/publish', { routing_key: 'trail', payload: `entry ${i}`, payload_encoding: 'string', properties: {} });
  }
  await open(page, broker, 'streams');
  const trail = row(page, 'streams', 'trail');
  await trail.getByText('age 1D, size 1.0 MiB').waitFor();
  assert.equal(await page.getByRole('link', { name: 'plain' }).count(), 0);
  await page.getByText('1', { exact: true }).first().waitFor();
  await trail.getByRole('link', { name: 'trail' }).click();
  const facts = page.getByRole('region', { name: 'Stream' });
  await facts.getByText('Segments').waitFor();
  await facts.getByText('1D').waitFor();
  await facts.locator('.facts > div').filter({ hasText: /^Last offset2$/ }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Purge' }).count(), 0);
});
