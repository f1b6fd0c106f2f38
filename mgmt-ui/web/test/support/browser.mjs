// Debian's Chromium, driven by Playwright. CHROMIUM names another program.
import { chromium } from 'playwright-core';

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

// A page of a browser of its own. Notes every fault: errors of scripts, refusals by the content
// security policy, requests to anywhere but the broker, dialogs.
export async function openPage(browser, broker, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(String(error)));
  page.on('dialog', (dialog) => {
    page.faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    // A status that is an answer to the user is also a line on the console.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) page.faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!/^(blob:|data:)/.test(request.url()) && !request.url().startsWith(broker.url)) page.faults.push(`request to ${request.url()}`);
  });
  return page;
}

export async function logIn(page, broker, user = 'guest', password = user, where = '') {
  await page.goto(`${broker.url}/${where}`);
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('#main').waitFor();
}

export async function open(page, broker, where) {
  await page.goto(`${broker.url}/#/${where}`);
}

// The page reads by itself, and a test may answer.
export async function withoutStream(page) {
  await page.route('**/api/coney/live?*', (route) => route.fulfill({ status: 503 }));
}

// Waits until the page has a heading and reads nothing.
export async function settled(page) {
  await page.locator('h1, .empty').first().waitFor();
  await page.waitForFunction(() => {
    if (document.documentElement.dataset.reading === '0') window.quiet = (window.quiet ?? 0) + 1;
    else window.quiet = 0;
    return window.quiet > 2;
  }, undefined, { polling: 60 });
  await page.evaluate(() => delete window.quiet);
}
