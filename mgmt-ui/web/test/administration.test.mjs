import assert from 'node:assert/strict';
import { writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from './support/browser.mjs';
import { pageTest, row } from './support/suite.mjs';

pageTest('a vhost, a user and its permissions come and go', {}, async (page, broker) => {
  await open(page, broker, 'vhosts');
  await page.getByRole('button', { name: 'Add a virtual host' }).click();
  let dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('team/a');
  await dialog.getByLabel('Description').fill('of team a');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await page.getByRole('link', { name: 'team/a' }).waitFor();

  await open(page, broker, 'users');
  await page.getByRole('button', { name: 'Add a user' }).click();
  dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('app');
  await dialog.getByLabel('Password', { exact: true }).fill('secret');
  await dialog.getByLabel('Password again').fill('differs');
  assert.equal(await dialog.getByRole('button', { name: 'Add' }).isDisabled(), true);
  await dialog.getByLabel('Password again').fill('secret');
  await dialog.getByLabel('Tags').fill('management');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await page.getByRole('link', { name: 'app' }).click();
  await page.getByRole('heading', { name: 'app' }).waitFor();
  assert.equal((await broker.api('GET', '/whoami', undefined, 'app:secret')).name, 'app');

  await page.getByRole('button', { name: 'Set a permission' }).click();
  dialog = page.getByRole('dialog');
  await dialog.getByLabel('Virtual host').selectOption('team/a');
  await dialog.getByLabel('Configure').fill('^app\\.');
  await dialog.getByRole('button', { name: 'Set' }).click();
  await row(page, 'Permissions', 'team/a').waitFor();
  assert.equal((await broker.api('GET', '/permissions/team%2Fa/app')).configure, '^app\\.');

  await page.getByRole('button', { name: 'Set a topic permission' }).click();
  dialog = page.getByRole('dialog');
  await dialog.getByLabel('Virtual host').selectOption('team/a');
  await dialog.getByLabel('Write').fill('^order');
  await dialog.getByRole('button', { name: 'Set' }).click();
  await row(page, 'Topic permissions', 'amq.topic').waitFor();

  await page.getByRole('button', { name: 'Set a limit' }).click();
  dialog = page.getByRole('dialog');
  await dialog.getByLabel('Number').fill('5');
  await dialog.getByRole('button', { name: 'Set' }).click();
  await row(page, 'Limits', 'max-connections').waitFor();

  await page.getByRole('button', { name: 'Change tags' }).click();
  dialog = page.getByRole('dialog');
  await dialog.getByLabel('Tags').fill('monitoring,billing');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByText('billing', { exact: true }).waitFor();
  assert.equal((await broker.api('GET', '/whoami', undefined, 'app:secret')).name, 'app');

  await page.getByRole('button', { name: 'Change password' }).click();
  dialog = page.getByRole('dialog');
  await dialog.getByLabel('New password', { exact: true }).fill('other');
  await dialog.getByLabel('New password again').fill('other');
  await dialog.getByRole('button', { name: 'Change' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal((await broker.api('GET', '/whoami', undefined, 'app:other')).name, 'app');
  await assert.rejects(broker.api('GET', '/whoami', undefined, 'app:secret'), /401/);

  await row(page, 'Permissions', 'team/a').getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Clear' }).click();
  await page.getByText('this user can enter no virtual host').waitFor();

  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'Users' }).waitFor();
  await assert.rejects(broker.api('GET', '/users/app'), /404/);

  await broker.api('PUT', '/queues/team%2Fa/one', { durable: true });
  await open(page, broker, 'vhosts/team%2Fa');
  await page.getByRole('button', { name: 'Protect from deletion' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Protect from deletion' }).click();
  await page.getByRole('button', { name: 'Allow deletion' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Delete', exact: true }).count(), 0);
  await page.getByRole('button', { name: 'Allow deletion' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Allow deletion' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('dialog').getByText('1 queue').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('heading', { name: 'Virtual hosts' }).waitFor();
  await assert.rejects(broker.api('GET', '/vhosts/team%2Fa'), /404/);
});

pageTest('a policy shows what it fits before it is set, and takes effect', {}, async (page, broker) => {
  for (const name of ['jobs.a', 'jobs.b', 'other']) await broker.api('PUT', `/queues/%2F/${name}`, { durable: true });
  await open(page, broker, 'policies');
  await page.getByRole('button', { name: 'Add a policy' }).click();
  let dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('bounded');
  await dialog.getByLabel('Pattern').fill('^jobs\\.');
  await dialog.getByLabel('Definition: name 1').fill('max-length');
  await dialog.getByLabel('Definition: value 1').fill('10');
  await dialog.getByText('It fits 2 queues, applies to 2, changes values on 2.').waitFor();
  await row(page, 'What it would change', 'jobs.a').getByText('max-length: nothing → 10 policy bounded').waitFor();
  await assert.rejects(broker.api('GET', '/policies/%2F/bounded'), /404/);
  await dialog.getByRole('button', { name: 'Add' }).click();
  await row(page, 'policies', 'bounded').waitFor();

  await open(page, broker, 'queues/%2F/jobs.a');
  const effect = page.getByRole('table', { name: 'What is in effect' }).getByRole('row').filter({ hasText: 'max-length' });
  await effect.filter({ hasText: 'bounded' }).waitFor();

  await open(page, broker, 'policies?tab=operator');
  await page.getByRole('button', { name: 'Add an operator policy' }).click();
  dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('ceiling');
  await dialog.getByLabel('Pattern').fill('.*');
  await dialog.getByLabel('Definition: name 1').fill('max-length');
  await dialog.getByLabel('Definition: value 1').fill('7');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await row(page, 'operator policies', 'ceiling').waitFor();

  await open(page, broker, 'policies');
  await row(page, 'policies', 'bounded').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText('2 queues').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('There are no policies.').waitFor();
  await broker.api('DELETE', '/operator-policies/%2F/ceiling');
});

pageTest('the simulator tells which policy wins, and what would change', {}, async (page, broker) => {
  for (const name of ['sim.a', 'sim.b']) await broker.api('PUT', `/queues/%2F/${name}`, { durable: true });
  await broker.api('PUT', '/queues/%2F/sim.stream', { durable: true, arguments: { 'x-queue-type': 'stream' } });
  await broker.api('PUT', '/policies/%2F/strong', { pattern: '^sim\\.b$', definition: { 'max-length': 5 }, priority: 9, 'apply-to': 'queues' });
  await open(page, broker, 'policies?tab=simulator');
  await page.getByLabel('Pattern').fill('^sim');
  await page.getByLabel('Definition: name 1').fill('message-ttl');
  await page.getByLabel('Definition: value 1').fill('1000');
  await page.getByText('It fits 2 queues, applies to 1, changes values on 1, leaves out 1 whose type').waitFor();
  const told = (name) => row(page, 'What it would change', name);
  await told('sim.a').getByText('applies').waitFor();
  await told('sim.b').getByText('strong (priority 9) wins').waitFor();
  await told('sim.stream').getByText('a key does not suit stream').waitFor();
  await page.getByLabel('Priority').fill('10');
  await told('sim.b').getByText('max-length: 5 policy strong → nothing').waitFor();
  await told('sim.b').getByText('message-ttl: nothing → 1000').waitFor();
  await page.getByLabel('Definition: name 1').fill('nonsense');
  await page.getByRole('alert').filter({ hasText: 'nonsense' }).waitFor();
  await page.getByLabel('Begin with').selectOption({ label: 'policy strong (/)' });
  await page.getByLabel('Pattern').fill('^sim\\.a$');
  await told('sim.b').getByText('no policy any more').waitFor();
  await told('sim.a').getByText('max-length: nothing → 5').waitFor();
  assert.equal((await broker.api('GET', '/policies/%2F/strong')).pattern, '^sim\\.b$');
  await page.getByRole('button', { name: 'Set this policy' }).click();
  await page.getByText('Policy strong is in force.').waitFor();
  assert.equal((await broker.api('GET', '/policies/%2F/strong')).pattern, '^sim\\.a$');
  await broker.api('DELETE', '/policies/%2F/strong');
});

pageTest('parameters are set and cleared', {}, async (page, broker) => {
  await open(page, broker, 'parameters?tab=global');
  await page.getByRole('button', { name: 'Set a parameter' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('cluster_tags');
  await dialog.getByLabel('Value (JSON)').fill('not json');
  await dialog.getByRole('button', { name: 'Set' }).click();
  await dialog.getByRole('alert').filter({ hasText: 'not JSON' }).waitFor();
  await dialog.getByLabel('Value (JSON)').fill('{"region": "eu"}');
  await dialog.getByRole('button', { name: 'Set' }).click();
  const set = row(page, 'global parameters', 'cluster_tags');
  await set.waitFor();
  await set.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Clear' }).click();
  await set.waitFor({ state: 'detached' });
});

pageTest('definitions are exported, compared and imported', {}, async (page, broker) => {
  await open(page, broker, 'definitions');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
  const exported = JSON.parse(readFileSync(await download.path(), 'utf8'));
  assert.equal(exported.users.some((user) => user.name === 'guest'), true);

  await broker.api('PUT', '/queues/%2F/settled', { durable: true });
  const file = join(broker.directory, 'import.json');
  writeFileSync(file, JSON.stringify({
    vhosts: [{ name: 'imported' }],
    queues: [
      { name: 'fresh', vhost: 'imported', durable: true, auto_delete: false, arguments: {} },
      { name: 'settled', vhost: '/', durable: true, auto_delete: true, arguments: {} },
    ],
  }));
  await page.getByLabel('File of definitions').setInputFiles(file);
  await page.getByText('2 new, 0 changed, 1 conflict').waitFor();
  await row(page, 'What the import would do', 'fresh').filter({ hasText: 'add' }).waitFor();
  await row(page, 'What the import would do', 'settled').filter({ hasText: 'conflict' }).waitFor();
  await assert.rejects(broker.api('GET', '/queues/imported/fresh'), /404/);
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByText('The definitions are imported.').waitFor();
  await broker.api('GET', '/queues/imported/fresh');

  writeFileSync(file, '{"queues": [{"name": 5}]}');
  await page.getByLabel('File of definitions').setInputFiles(file);
  await page.getByRole('region', { name: 'Import' }).getByRole('alert').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Import' }).isDisabled(), true);
});
