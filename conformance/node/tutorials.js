// The six shapes of RabbitMQ's tutorials.
'use strict';

const { deepStrictEqual: equal, ok } = require('node:assert');
const { Inbox, withChannels } = require('./session');

async function hello() {
  await withChannels(2, async (sender, receiver) => {
    await sender.assertQueue('hello', { durable: false });
    sender.sendToQueue('hello', Buffer.from('Hello World!'));
    const inbox = await Inbox.on(receiver, 'hello', { noAck: true });
    equal((await inbox.wait(1)).content.toString(), 'Hello World!');
    await receiver.deleteQueue('hello');
  });
}

async function workQueue() {
  await withChannels(3, async (boss, slow, quick) => {
    await boss.assertQueue('task_queue', { durable: true });
    await slow.prefetch(1);
    await quick.prefetch(1);
    const send = (body) => boss.sendToQueue('task_queue', Buffer.from(body), { persistent: true });
    const held = await Inbox.on(slow, 'task_queue');
    send('task 0');
    await held.wait(1);
    const tasks = await Inbox.on(quick, 'task_queue');
    for (let number = 1; number <= 5; number++) {
      send(`task ${number}`);
      quick.ack(await tasks.wait(number));
    }
    equal(tasks.bodies(), [1, 2, 3, 4, 5].map((number) => `task ${number}`));
    equal(held.bodies(), ['task 0']);
    slow.ack(held.messages[0]);
    await boss.deleteQueue('task_queue');
  });
}

async function publishSubscribe() {
  await withChannels(3, async (emitter, ...subscribers) => {
    await emitter.assertExchange('logs', 'fanout', { durable: false });
    const inboxes = [];
    for (const subscriber of subscribers) {
      const { queue } = await subscriber.assertQueue('', { exclusive: true });
      ok(queue.startsWith('amq.gen-'));
      await subscriber.bindQueue(queue, 'logs', '');
      inboxes.push(await Inbox.on(subscriber, queue, { noAck: true }));
    }
    emitter.publish('logs', '', Buffer.from('info: it runs'));
    for (const inbox of inboxes) equal((await inbox.wait(1)).content.toString(), 'info: it runs');
    await emitter.deleteExchange('logs');
  });
}

// Publishes one message per key; the keys that each list of bindings received.
async function routed(exchange, type, bindings, keys) {
  const last = 'the.end';
  const received = [];
  await withChannels(1, async (channel) => {
    await channel.assertExchange(exchange, type, { durable: false });
    const queues = [];
    for (const each of bindings) {
      const { queue } = await channel.assertQueue('', { exclusive: true });
      for (const key of [...each, last]) await channel.bindQueue(queue, exchange, key);
      queues.push(queue);
    }
    for (const key of [...keys, last]) channel.publish(exchange, key, Buffer.from(key));
    for (const queue of queues) {
      const inbox = await Inbox.on(channel, queue, { noAck: true });
      let count = 1;
      while ((await inbox.wait(count)).content.toString() !== last) count++;
      received.push(inbox.bodies().slice(0, count - 1));
    }
    await channel.deleteExchange(exchange);
  });
  return received;
}

async function routing() {
  const got = await routed('direct_logs', 'direct', [['error'], ['info', 'warning', 'error']],
    ['info', 'error', 'debug', 'warning']);
  equal(got, [['error'], ['info', 'error', 'warning']]);
}

async function topics() {
  const got = await routed('topic_logs', 'topic', [['*.orange.*'], ['*.*.rabbit', 'lazy.#']],
    ['quick.orange.rabbit', 'lazy.orange.elephant', 'quick.orange.fox', 'lazy.brown.fox',
      'lazy.pink.rabbit', 'orange', 'lazy.orange.new.rabbit', 'lazy']);
  equal(got, [['quick.orange.rabbit', 'lazy.orange.elephant', 'quick.orange.fox'],
    ['quick.orange.rabbit', 'lazy.orange.elephant', 'lazy.brown.fox', 'lazy.pink.rabbit',
      'lazy.orange.new.rabbit', 'lazy']]);
}

function fibonacci(number) {
  let [before, value] = [0, 1];
  for (; number > 0; number--) [before, value] = [value, before + value];
  return before;
}

async function call(replyTo) {
  await withChannels(2, async (server, client) => {
    await server.assertQueue('rpc_queue', { durable: false });
    await server.consume('rpc_queue', (request) => {
      if (request === null) return; // cancelled, because the queue is deleted
      const { replyTo: to, correlationId } = request.properties;
      const answer = fibonacci(Number(request.content.toString()));
      server.sendToQueue(to, Buffer.from(String(answer)), { correlationId });
      server.ack(request);
    });
    const queue = replyTo || (await client.assertQueue('', { exclusive: true })).queue;
    const answers = await Inbox.on(client, queue, { noAck: true });
    for (const [round, number] of [30, 7, 0].entries()) {
      const correlationId = `call-${round}`;
      client.sendToQueue('rpc_queue', Buffer.from(String(number)), { correlationId, replyTo: queue });
      const answer = await answers.wait(round + 1);
      equal(answer.properties.correlationId, correlationId);
      equal(answer.content.toString(), String(fibonacci(number)));
    }
    await server.deleteQueue('rpc_queue');
  });
}

module.exports = [
  ['hello: a message goes through a queue to a consumer with auto-ack', hello],
  ['work queue: prefetch 1 gives the next task to the worker that has acknowledged', workQueue],
  ['publish/subscribe: a fanout gives every temporary queue a copy', publishSubscribe],
  ['routing: a direct exchange selects by key', routing],
  ['topics: * is one word, # any number', topics],
  ['RPC: answers come to an exclusive callback queue', () => call('')],
  ['RPC: direct reply-to', () => call('amq.rabbitmq.reply-to')],
];
