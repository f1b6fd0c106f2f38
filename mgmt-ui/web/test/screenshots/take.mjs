// Pictures of each page in light and dark, wide and narrow, with a broker that has something to
// show. usage: take.mjs [DIRECTORY [PAGE...]]
import { mkdirSync } from 'node:fs';
import { Broker } from '../support/broker.mjs';
import { logIn, openBrowser, openPage, settled } from '../support/browser.mjs';
import { fill } from './scene.mjs';

const directory = process.argv[2] ?? new URL('../../../../build/screenshots', import.meta.url).pathname;
mkdirSync(directory, { recursive: true });

const click = (role, name) => (page) => page.getByRole(role, { name, exact: true }).first().click();

// Where each picture is, and what is done there first.
const kPages = {
  now: ['now'],
  overview: ['overview?range=60'],
  connections: ['connections'],
  connection: ['connections', (page) => page.getByRole('link', { name: 'fulfilment' }).click()],
  channels: ['channels'],
  channel: ['channels', (page) => page.locator('tbody a').first().click()],
  consumers: ['consumers'],
  exchanges: ['exchanges'],
  exchange: ['exchanges/%2F/events?range=60'],
  'exchange-bindings': ['exchanges/%2F/events?tab=bindings', (page) => page.getByRole('textbox', { name: 'Routing key' }).fill('order.paid')],
  'exchange-publish': ['exchanges/%2F/events?tab=publish'],
  queues: ['queues'],
  queue: ['queues/%2F/orders?range=60'],
  'queue-bindings': ['queues/%2F/orders?tab=bindings'],
  'queue-consumers': ['queues/%2F/orders?tab=consumers'],
  'queue-unacked': ['queues/%2F/mail.welcome?tab=unacked'],
  'queue-get': ['queues/%2F/invoices?tab=get', click('button', 'Get')],
  'queue-purge': ['queues/%2F/invoices', click('button', 'Purge')],
  'queue-move': ['queues/%2F/invoices', click('button', 'Move')],
  streams: ['streams'],
  stream: ['queues/%2F/audit.trail?range=60'],
  messages: ['messages/%2F/invoices', (page) => page.locator('button.link').nth(2).click()],
  'messages-filter': ['messages/%2F/invoices?m.header=attempt%3D1&m.body=EUR'],
  nodes: ['nodes'],
  node: ['nodes', (page) => page.locator('tbody a').first().click()],
  configuration: ['configuration'],
  logs: ['logs', (page) => page.locator('.log-line').first().waitFor()],
  vhosts: ['vhosts'],
  vhost: ['vhosts/%2F'],
  users: ['users'],
  user: ['users/shop'],
  policies: ['policies'],
  simulator: ['policies?tab=simulator', simulate],
  limits: ['limits'],
  parameters: ['parameters?tab=global'],
  definitions: ['definitions'],
  declare: ['queues', click('button', 'Declare a queue')],
};
const kNarrow = ['now', 'overview', 'queues', 'queue', 'messages', 'streams', 'simulator', 'logs', 'users', 'definitions'];

async function simulate(page) {
  await page.getByLabel('Name', { exact: true }).fill('short-lived');
  await page.getByLabel('Pattern').fill('orders|payments|audit|mail');
  await page.getByLabel('Priority').fill('5');
  await page.getByLabel('Definition: name 1').fill('message-ttl');
  await page.getByLabel('Definition: value 1').fill('60000');
  await page.getByLabel('Definition: name 2').fill('max-length');
  await page.getByLabel('Definition: value 2').fill('50000');
  await page.getByRole('region', { name: 'What it would change' }).first().waitFor();
}

async function take(page, name, file) {
  const [where, act] = kPages[name];
  // By way of nowhere: no part of the page before is left.
  await page.goto('about:blank');
  await page.goto(`${broker.url}/#/${where}`);
  await page.locator('h1').first().waitFor();
  await settled(page);
  if (act) await act(page);
  await settled(page);
  await page.screenshot({ path: `${directory}/${file}.png` });
}

const kWarm = 65_000; // milliseconds of load, so that charts have something to show
const wanted = process.argv.length > 3 ? process.argv.slice(3) : Object.keys(kPages);
const broker = await Broker.start();
const browser = await openBrowser();
let scene;
try {
  scene = await fill(broker);
  await new Promise((later) => setTimeout(later, kWarm));
  for (const theme of ['light', 'dark']) {
    const page = await openPage(browser, broker, { colorScheme: theme, deviceScaleFactor: 1 });
    await page.goto(broker.url);
    await page.getByLabel('User name').waitFor();
    await page.screenshot({ path: `${directory}/login-${theme}.png` });
    await logIn(page, broker);
    for (const name of wanted) await take(page, name, `${name}-${theme}`);
    await page.context().close();
  }
  const narrow = await openPage(browser, broker, { viewport: { width: 360, height: 740 } });
  await logIn(narrow, broker);
  for (const name of kNarrow.filter((one) => wanted.includes(one))) {
    await take(narrow, name, `${name}-narrow`);
    const overflow = await narrow.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (overflow > 0) console.log(`${name} is ${overflow} px too wide at 360 px`);
  }
} finally {
  await scene?.end();
  await browser.close();
  await broker.stop();
}
