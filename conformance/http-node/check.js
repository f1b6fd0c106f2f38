// The management API through http-rabbitmq-manager; prints TAP. The API is the one of MANAGEMENT_URL.
'use strict';

const assert = require('assert');
const { promisify } = require('util');
const manager = require('http-rabbitmq-manager');

const url = new URL(process.env.MANAGEMENT_URL || 'http://localhost:15672');
const client = manager.client({ host: url.hostname, port: url.port, timeout: 20000 });
const api = new Proxy(client, { get: (from, name) => promisify(from[name].bind(from)) });
const vhost = 'node/http';

const checks = [
  ['overview, nodes, cluster name', async () => {
    const overview = await api.overview();
    assert.ok(overview.rabbitmq_version && overview.object_totals);
    await api.setClusterName({ name: 'noodle' });
    assert.strictEqual((await api.getClusterName()).name, 'noodle');
    const [node] = await api.listNodes();
    assert.strictEqual((await api.getNode({ name: node.name, memory: true })).running, true);
    await api.listExtensions();
  }],
  ['vhosts and permissions', async () => {
    await api.createVhost({ vhost });
    assert.ok((await api.listVhosts({})).some((each) => each.name === vhost));
    const permissions = await api.getVhostPermissions({ vhost });
    assert.deepStrictEqual(permissions.map((each) => each.user), ['guest']);
  }],
  ['exchanges, queues, bindings', async () => {
    const exchange = { vhost, exchange: 'x', type: 'topic', durable: true };
    await api.createExchange(exchange);
    assert.strictEqual((await api.getExchange({ vhost, exchange: 'x' })).type, 'topic');
    await api.createQueue({ vhost, queue: 'q', durable: true });
    assert.strictEqual((await api.getQueue({ vhost, queue: 'q' })).durable, true);
    assert.strictEqual((await api.listQueues({ vhost })).length, 1);
    assert.strictEqual((await api.getQueueBindings({ vhost, queue: 'q' })).length, 1);
    assert.deepStrictEqual(await api.getBindingsForSource({ vhost, exchange: 'x' }), []);
    assert.deepStrictEqual(await api.getBindingsForDestination({ vhost, exchange: 'x' }), []);
    await api.listBindings({ vhost });
    await api.purgeQueue({ vhost, queue: 'q' });
  }],
  ['connections, channels, consumers, definitions', async () => {
    assert.ok(Array.isArray(await api.listConnections()));
    assert.ok(Array.isArray(await api.listChannels({})));
    assert.ok(Array.isArray(await api.listConsumers({})));
    assert.ok((await api.listDefinitions()).queues.some((each) => each.name === 'q'));
  }],
  ['what is deleted is gone, and its absence an error', async () => {
    await api.deleteQueue({ vhost, queue: 'q' });
    await assert.rejects(api.getQueue({ vhost, queue: 'q' }), { message: 'Status 404' });
    await api.deleteExchange({ vhost, exchange: 'x' });
    await api.deleteVhost({ vhost });
  }],
];

async function main() {
  let failed = false;
  for (const [about, run] of checks) {
    try {
      await run();
      console.log(`ok - ${about}`);
    } catch (error) {
      failed = true;
      console.log(error.stack || JSON.stringify(error));
      console.log(`not ok - ${about}`);
    }
  }
  console.log(`1..${checks.length}`);
  process.exit(failed ? 1 : 0);
}

main();
