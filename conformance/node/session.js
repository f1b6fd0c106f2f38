// Connections that end with the check that uses them, and inboxes that can be awaited.
'use strict';

const amqp = require('amqplib');

const URL = process.env.AMQP_URL || 'amqp://guest:guest@localhost:5672/';
const PATIENCE = 10000;

// Gives `use` one channel per connection; an error event of a connection or channel fails the check.
async function withChannels(count, use, kind = 'createChannel') {
  const connections = [];
  let fail;
  const failure = new Promise((_, reject) => { fail = reject; });
  failure.catch(() => {});
  try {
    const channels = [];
    for (let i = 0; i < count; i++) {
      const connection = await amqp.connect(URL);
      connection.on('error', fail);
      connections.push(connection);
      const channel = await connection[kind]();
      channel.on('error', fail);
      channels.push(channel);
    }
    await Promise.race([use(...channels), failure]);
  } finally {
    await Promise.allSettled(connections.map((connection) => connection.close()));
  }
}

function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what()} after ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Collects the messages of one consumer; a null message (cancelled by the broker) is collected too.
class Inbox {
  constructor() {
    this.messages = [];
    this.waiting = [];
  }

  static async on(channel, queue, options = {}) {
    const inbox = new Inbox();
    const { consumerTag } = await channel.consume(queue, (message) => inbox.add(message), options);
    inbox.tag = consumerTag;
    return inbox;
  }

  add(message) {
    this.messages.push(message);
    this.waiting = this.waiting.filter(({ count, resolve }) => {
      if (this.messages.length < count) return true;
      resolve();
      return false;
    });
  }

  async wait(count) {
    if (this.messages.length < count) {
      const filled = new Promise((resolve) => this.waiting.push({ count, resolve }));
      await within(filled, () => `${this.messages.length} messages of ${count}`);
    }
    return this.messages[count - 1];
  }

  bodies() {
    return this.messages.map((message) => message.content.toString());
  }
}

module.exports = { Inbox, URL, amqp, within, withChannels };
