// Confirms, returns, settlement, prefetch, lifetimes and errors.
'use strict';

const { deepStrictEqual: equal, rejects } = require('node:assert');
const { once } = require('node:events');
const { Inbox, URL, amqp, within, withChannels } = require('./session');

async function confirms() {
  await withChannels(1, async (channel) => {
    await channel.assertQueue('confirmed');
    for (let number = 0; number < 500; number++) {
      channel.sendToQueue('confirmed', Buffer.from(String(number)), { persistent: true });
    }
    await within(channel.waitForConfirms(), () => 'unconfirmed publishes');
    equal((await channel.checkQueue('confirmed')).messageCount, 500);
    await channel.deleteQueue('confirmed');
  }, 'createConfirmChannel');
}

async function returns() {
  await withChannels(1, async (channel) => {
    const events = [];
    channel.on('return', (message) => {
      const { replyCode, replyText, routingKey } = message.fields;
      events.push([replyCode, replyText, routingKey, message.content.toString()]);
    });
    channel.publish('amq.direct', 'nowhere', Buffer.from('lost'), { mandatory: true },
      (error) => events.push(['confirm', error]));
    await within(channel.waitForConfirms(), () => 'no confirm');
    equal(events, [[312, 'NO_ROUTE', 'nowhere', 'lost'], ['confirm', null]]);
  }, 'createConfirmChannel');
}

async function requeue() {
  await withChannels(1, async (channel) => {
    await channel.assertQueue('settle', { durable: false });
    for (const body of ['0', '1', '2']) channel.sendToQueue('settle', Buffer.from(body));
    const got = [await channel.get('settle'), await channel.get('settle')];
    channel.nack(got[1], true, true);
    const again = [];
    for (let i = 0; i < 3; i++) again.push(await channel.get('settle', { noAck: true }));
    equal(again.map((message) => message.content.toString()), ['0', '1', '2']);
    equal(again.map((message) => message.fields.redelivered), [true, true, false]);
    equal(await channel.get('settle'), false);
    await channel.deleteQueue('settle');
  });
}

async function globalPrefetch() {
  await withChannels(1, async (channel) => {
    await channel.prefetch(3, true);
    const inboxes = [];
    for (const queue of ['global_a', 'global_b']) {
      await channel.assertQueue(queue, { durable: false });
      for (let i = 0; i < 4; i++) channel.sendToQueue(queue, Buffer.from(String(i)));
      inboxes.push(await Inbox.on(channel, queue));
    }
    const [first, second] = inboxes;
    await first.wait(3);
    await channel.checkQueue('global_b');
    equal([first.messages.length, second.messages.length], [3, 0]);
    channel.ack(first.messages[0]);
    await Promise.any([first.wait(4), second.wait(1)]);
    for (const queue of ['global_a', 'global_b']) await channel.deleteQueue(queue);
  });
}

async function cancelNotification() {
  await withChannels(2, async (consumer, deleter) => {
    await consumer.assertQueue('doomed', { durable: false });
    const inbox = await Inbox.on(consumer, 'doomed');
    await deleter.deleteQueue('doomed');
    equal(await inbox.wait(1), null);
  });
}

async function exclusiveQueue() {
  await withChannels(1, async (channel) => {
    await channel.assertQueue('mine', { exclusive: true });
    await rejects(withChannels(1, (other) => other.checkQueue('mine')),
      /405 \(RESOURCE-LOCKED\).*cannot obtain exclusive access to locked queue 'mine' in vhost '\/'/);
  });
  await rejects(withChannels(1, (other) => other.checkQueue('mine')),
    /404 \(NOT-FOUND\) with message "NOT_FOUND - no queue 'mine' in vhost '\/'"/);
}

async function autoDelete() {
  await withChannels(1, async (channel) => {
    await channel.assertQueue('fleeting', { autoDelete: true, durable: false });
    const inbox = await Inbox.on(channel, 'fleeting');
    await channel.cancel(inbox.tag);
  });
  await rejects(withChannels(1, (other) => other.checkQueue('fleeting')), /404/);
}

async function channelErrorLeavesConnection() {
  const connection = await amqp.connect(URL);
  const broken = await connection.createChannel();
  const failed = once(broken, 'error');
  broken.publish('nosuch', '', Buffer.from(''));
  const [error] = await within(failed, () => 'no channel error');
  equal([error.code, /no exchange 'nosuch' in vhost '\/'/.test(error.message)], [404, true]);
  const fresh = await connection.createChannel();
  await fresh.checkExchange('amq.direct');
  await connection.close();
}

async function wrongPassword() {
  const url = new globalThis.URL(URL);
  url.password = 'wrong';
  await rejects(amqp.connect(url.href), /403 \(ACCESS-REFUSED\)/);
}

async function updateSecret() {
  const connection = await amqp.connect(URL);
  await connection.updateSecret(Buffer.from('guest'), 'renewed');
  await (await connection.createChannel()).checkExchange('amq.direct');
  await connection.close();
}

async function headers() {
  await withChannels(1, async (channel) => {
    await channel.assertQueue('headers', { durable: false });
    const sent = { text: 'ü', whole: 5, big: 2 ** 40, half: 0.5, yes: true, none: null,
      list: [1, ['x']], inner: { deep: { er: 1 } } };
    channel.sendToQueue('headers', Buffer.alloc(300000, 7), { headers: sent, type: 't' });
    const got = await channel.get('headers', { noAck: true });
    equal(got.properties.headers, sent);
    equal([got.content.length, got.properties.type], [300000, 't']);
    await channel.deleteQueue('headers');
  });
}

module.exports = [
  ['confirms: 500 persistent publishes are confirmed', confirms],
  ['mandatory: an unroutable message is returned before its confirm', returns],
  ['settlement: nack with requeue puts messages back to their places', requeue],
  ['prefetch: global limits the sum over the consumers of a channel', globalPrefetch],
  ['consumer cancel notification: told when the queue is deleted', cancelNotification],
  ['exclusive queue: locked for others, gone with its connection', exclusiveQueue],
  ['auto-delete queue: gone with its last consumer', autoDelete],
  ['errors: a channel error has code and text and leaves the connection', channelErrorLeavesConnection],
  ['errors: a wrong password is refused', wrongPassword],
  ['connection.update-secret is answered', updateSecret],
  ['headers and a body of several frames survive', headers],
];
