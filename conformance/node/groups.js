// Producers and consumer groups: three queues bound to one fanout, two consumers for each queue.
'use strict';

const { deepStrictEqual: equal } = require('node:assert');
const { Inbox, withChannels } = require('./session');

const GROUPS = ['billing', 'shipping', 'audit'];
const MESSAGES = 300;

async function consumerGroups() {
  await withChannels(3, async (producer, first, second) => {
    await producer.assertExchange('orders', 'fanout', { durable: true });
    const members = {};
    for (const group of GROUPS) {
      await producer.assertQueue(group, { durable: true });
      await producer.bindQueue(group, 'orders', '');
      members[group] = [await Inbox.on(first, group), await Inbox.on(second, group)];
    }
    const want = Array.from({ length: MESSAGES }, (_, number) => String(number).padStart(4, '0'));
    for (const body of want) producer.publish('orders', '', Buffer.from(body));
    for (const group of GROUPS) {
      for (const inbox of members[group]) {
        await inbox.wait(MESSAGES / 2);
        equal(inbox.bodies(), inbox.bodies().sort());
      }
      equal(members[group].flatMap((inbox) => inbox.bodies()).sort(), want);
    }
    first.ackAll();
    second.ackAll();
    for (const group of GROUPS) await producer.deleteQueue(group);
    await producer.deleteExchange('orders');
  });
}

module.exports = [
  ['consumer groups: every queue gets every message, its consumers share them', consumerGroups],
];
