// A broker of one's own for a test: fresh data, ports that the system picks, everything gone at the
// end. CONEY names the program.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const kProgram = process.env.CONEY ?? new URL('../../../../build/dev/bin/coney', import.meta.url).pathname;
const kPatience = 30_000; // milliseconds

// Below those that the system gives to outgoing connections, which may take it meanwhile.
async function freePort() {
  for (;;) {
    const port = 17_000 + Math.floor(Math.random() * 8_000);
    const server = createServer();
    const free = await new Promise((answer) => {
      server.once('error', () => answer(false));
      server.listen(port, '127.0.0.1', () => answer(true));
    });
    if (!free) continue;
    await new Promise((closed) => server.close(closed));
    return port;
  }
}

export async function until(what, condition) {
  const end = Date.now() + kPatience;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((later) => setTimeout(later, 50));
  }
}

export class Broker {
  #process;
  #isHalted = false;

  static async start() {
    const broker = new Broker();
    broker.directory = mkdtempSync(join(tmpdir(), 'coney-web-'));
    broker.amqpPort = await freePort();
    broker.httpPort = await freePort();
    broker.url = `http://127.0.0.1:${broker.httpPort}`;
    await broker.run();
    return broker;
  }

  // Starts the program on the data that there are, and waits until it answers.
  async run() {
    this.#process = spawn(
      kProgram,
      ['--data-dir', join(this.directory, 'data'),
        '--set', `listeners.tcp.default=127.0.0.1:${this.amqpPort}`,
        '--set', 'management.tcp.ip=127.0.0.1',
        '--set', `management.tcp.port=${this.httpPort}`,
        '--set', 'prometheus.tcp.ip=127.0.0.1',
        '--set', 'prometheus.tcp.port=0',
        ...Broker.extraFlags],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream.on('data', (data) => (output += data));
    this.#isHalted = false;
    let isGone = false;
    this.exited = new Promise((gone) => this.#process.once('exit', gone));
    void this.exited.then((code) => {
      isGone = true;
      if (!this.#isHalted) console.error(`the broker ended by itself, exit code ${code}:\n${output.slice(-4000)}`);
    });
    await until('the broker', async () => {
      if (isGone) throw new Error(`the broker ended:\n${output}`);
      return fetch(`${this.url}/api/version`).then((answer) => answer.ok, () => false);
    });
  }

  async halt() {
    this.#isHalted = true;
    this.#process.kill('SIGTERM');
    await this.exited;
  }

  async stop() {
    await this.halt();
    rmSync(this.directory, { recursive: true, force: true });
  }

  // One request as guest, or as another; the answer's JSON.
  async api(method, path, body, user = 'guest:guest') {
    const answer = await fetch(`${this.url}/api${path}`, {
      method,
      headers: { authorization: 'Basic ' + Buffer.from(user).toString('base64'), 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  // Where a queue has this many ready messages by itself, without statistics that come later.
  async ready(queue, vhost = '/') {
    const where = `/queues/${encodeURIComponent(vhost)}/${encodeURIComponent(queue)}/contents?preview=true`;
    return (await this.api('DELETE', where)).messages_ready;
  }
}

Broker.extraFlags = (process.env.CONEY_FLAGS ?? '').split(' ').filter(Boolean);
