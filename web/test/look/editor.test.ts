/** The code editor in a browser: by keyboard alone, and within the content policy. */
import type { Server } from 'node:http';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { me, preview } from '../fixtures';
import { openBrowser, openScene, serveDist } from './app';

let browser: Browser;
let server: Server;
let origin: string;

beforeAll(async () => {
  ({ server, origin } = await serveDist());
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function open() {
  const sse = `event: spec\ndata: ${JSON.stringify(preview())}\n\n`;
  const { page, complaints } = await openScene(browser, {}, origin, {
    'GET auth/me': { json: me },
    'POST servers/preview/stream': { sse },
  });
  await page.goto(origin);
  await page.getByLabel('Describe the server').fill('x');
  await page.getByRole('button', { name: 'Draft tools' }).click();
  await page.getByText('Code: 2 lines of Rust').click();
  const code = page.getByRole('textbox', { name: 'Code of read_page' });
  await code.and(page.locator('.cm-content')).focus();
  return { page, code, complaints };
}

test('Tab indents; Escape, then Tab, leaves, as the hint says', async () => {
  const { page, code } = await open();
  await page.keyboard.press('ControlOrMeta+Home');
  await page.keyboard.press('Tab');
  await expect.poll(() => code.innerText()).toMatch(/^ {4}let blocks/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.shadowRoot === null')).toBe(true);
  await page.keyboard.press('Shift+Tab');
  expect(await page.evaluate('document.activeElement.shadowRoot !== null')).toBe(true);
  const hint = await code.evaluate((element) => {
    const id = element.getAttribute('aria-describedby') ?? '';
    return (element.getRootNode() as ShadowRoot).getElementById(id)?.textContent;
  });
  expect(hint).toContain('Escape, then Tab, leaves');
});

test('text is put in place of other text, and that is undone, with no style that the policy refuses', async () => {
  const { page, code, complaints } = await open();
  const before = await code.innerText();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('match 1 {\n1 => "x",');
  expect(await code.innerText()).toBe('match 1 {\n    1 => "x",');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText('let x = 1;\nOk(x)');
  expect(await code.innerText()).toBe('let x = 1;\nOk(x)');
  await code.fill('match 3 {\n    1 => 2,\n}\nOk("x")');
  await code.fill('let y = 2;');
  expect(await code.innerText()).toBe('let y = 2;');
  while ((await code.innerText()) !== before) await page.keyboard.press('ControlOrMeta+z');
  expect(complaints).toEqual([]);
});

test('what is filled in as soon as the editor is there takes the place of all', async () => {
  for (let time = 0; time < 3; time += 1) {
    const { code, complaints, page } = await open();
    await code.fill(`log::info!("{}", ${time});\nOk(1)`);
    expect(await code.innerText()).toBe(`log::info!("{}", ${time});\nOk(1)`);
    expect(complaints).toEqual([]);
    await page.context().close();
  }
});
