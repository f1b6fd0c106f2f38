// Pictures of each page in light and dark, wide and narrow, with a broker that has something to
// show. usage: take.mjs [DIRECTORY]
import { mkdirSync } from 'node:fs';
import { Broker } from '../support/broker.mjs';
import { logIn, openBrowser, openPage, settled } from '../support/browser.mjs';
import { fill } from './scene.mjs';

const directory = process.argv[2] ?? new URL('../../../../build/screenshots', import.meta.url).pathname;
mkdirSync(directory, { recursive: true });

const kPages = {
  now: 'now',
  overview: 'overview?range=60',
  connections: 'connections',
  channels: 'channels',
  consumers: 'consumers',
  exchanges: 'exchanges',
  exchange: 'exchanges/%2F/events',
  'exchange-bindings': 'exchanges/%2F/events?tab=bindings',
  queues: 'queues',
  queue: 'queues/%2F/orders?range=60',
  'queue-bindings': 'queues/%2F/orders?tab=bindings',
  'queue-get': 'queues/%2F/invoices?tab=get',
  nodes: 'nodes',
  configuration: 'configuration',
  vhosts: 'vhosts',
  vhost: 'vhosts/%2F',
  users: 'users',
  user: 'users/shop',
  policies: 'policies',
  limits: 'limits',
  parameters: 'parameters',
  definitions: 'definitions',
};

const broker = await Broker.start();
const browser = await openBrowser();
let scene;
try {
  scene = await fill(broker);
  for (const theme of ['light', 'dark']) {
    const page = await openPage(browser, broker, { colorScheme: theme, deviceScaleFactor: 1 });
    await page.goto(broker.url);
    await page.getByLabel('User name').waitFor();
    await page.screenshot({ path: `${directory}/login-${theme}.png` });
    await logIn(page, broker);
    for (const [name, where] of Object.entries(kPages)) {
      await page.goto(`${broker.url}/#/${where}`);
      await page.locator('h1').first().waitFor();
      await settled(page);
      if (name === 'queue-get') {
        await page.getByRole('button', { name: 'Get', exact: true }).click();
        await page.locator('article').first().waitFor();
      }
      await page.screenshot({ path: `${directory}/${name}-${theme}.png` });
    }
    await page.goto(`${broker.url}/#/queues`);
    await page.getByRole('button', { name: 'Declare a queue' }).click();
    await page.getByRole('dialog').waitFor();
    await page.screenshot({ path: `${directory}/declare-${theme}.png` });
    await page.context().close();
  }
  const narrow = await openPage(browser, broker, { viewport: { width: 360, height: 740 } });
  await logIn(narrow, broker);
  for (const name of ['now', 'overview', 'queues', 'queue', 'users', 'definitions']) {
    await narrow.goto(`${broker.url}/#/${kPages[name]}`);
    await narrow.locator('h1').first().waitFor();
    await settled(narrow);
    const overflow = await narrow.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (overflow > 0) console.log(`${name} is ${overflow} px too wide at 360 px`);
    await narrow.screenshot({ path: `${directory}/${name}-narrow.png` });
  }
} finally {
  await scene?.end();
  await browser.close();
  await broker.stop();
}
