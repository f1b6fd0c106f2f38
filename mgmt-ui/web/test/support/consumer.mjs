// An AMQP client that takes what queues have and acknowledges nothing: just enough of the protocol
// for pages of connections, channels and consumers to have something to show.
import { connect } from 'node:net';

const short = (value) => Buffer.from([value >> 8, value & 255]);
const long = (value) => Buffer.concat([short(value >>> 16), short(value & 0xffff)]);
const shortText = (text) => Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);
const longText = (text) => Buffer.concat([long(Buffer.byteLength(text)), Buffer.from(text)]);
const table = (fields) =>
  longText(Buffer.concat(Object.entries(fields).flatMap(([name, text]) => [shortText(name), Buffer.from('S'), longText(text)])));

const method = (channel, [group, number], ...fields) => {
  const payload = Buffer.concat([short(group), short(number), ...fields]);
  return Buffer.concat([Buffer.from([1]), short(channel), long(payload.length), payload, Buffer.from([0xce])]);
};

const kStart = [10, 10];
const kTune = [10, 30];
const kOpened = [10, 41];
const kChannelOpened = [20, 11];
const kConsuming = [60, 21];

class Client {
  #rest = Buffer.alloc(0);
  #waiting = [];

  constructor(socket) {
    this.socket = socket;
    socket.on('data', (data) => this.#read(data));
    socket.on('error', () => undefined);
  }

  #read(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (let size; this.#rest.length >= 8 && this.#rest.length >= (size = this.#rest.readUInt32BE(3) + 8); ) {
      const frame = this.#rest.subarray(0, size);
      this.#rest = this.#rest.subarray(size);
      const is = ({ wanted }) => frame[0] === 1 && frame.readUInt16BE(7) === wanted[0] && frame.readUInt16BE(9) === wanted[1];
      const found = this.#waiting.findIndex(is);
      if (found >= 0) this.#waiting.splice(found, 1)[0].arrived(frame.subarray(11, size - 1));
    }
  }

  // Sends the bytes, if there are any, and waits for the method.
  async call(wanted, ...bytes) {
    const answer = new Promise((arrived) => this.#waiting.push({ wanted, arrived }));
    for (const one of bytes) this.socket.write(one);
    return answer;
  }

  end() {
    this.socket.destroy();
  }
}

// All on one channel, each consumer with the queue's name as its tag. end() drops the connection.
export async function consume(broker, queues, { user = 'guest', name = 'holder' } = {}) {
  const client = new Client(connect(broker.amqpPort, '127.0.0.1'));
  await client.call(kStart, Buffer.from('AMQP\0\0\x09\x01', 'latin1'));
  const tune = await client.call(
    kTune,
    method(0, [10, 11], table({ connection_name: name }), shortText('PLAIN'), longText(`\0${user}\0${user}`), shortText('en_US')),
  );
  const limits = Buffer.concat([tune.subarray(0, 6), short(0)]); // no heartbeats
  await client.call(kOpened, method(0, [10, 31], limits), method(0, [10, 40], shortText('/'), shortText(''), Buffer.from([0])));
  await client.call(kChannelOpened, method(1, [20, 10], shortText('')));
  for (const queue of queues) {
    await client.call(kConsuming, method(1, [60, 20], short(0), shortText(queue), shortText(queue), Buffer.from([0]), table({})));
  }
  return client;
}
