/** What has arrived of a draft stays where it is when the draft is whole. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { me, preview } from '../fixtures';
import { openBrowser, openScene, serveDist } from './app';
import { arrive, send } from './arriving';

function places(page: Page): Promise<unknown> {
  return page.evaluate(`[...document.querySelectorAll('h1, input, textarea, fieldset')]
    .filter((element) => !element.closest('details'))
    .map((element) => {
      const { x, y, height } = element.getBoundingClientRect();
      return [element.tagName, x, y, height].join(' ');
    })`);
}

test.each([
  ['a desk', { width: 1280, height: 800 }],
  ['a phone', { width: 375, height: 720 }],
])('on %s', async (_, viewport) => {
  const { server, origin } = await serveDist();
  const browser = await openBrowser();
  try {
    const { page } = await openScene(browser, { viewport }, origin, { 'GET auth/me': { json: me } });
    await page.goto(origin);
    await arrive(page);
    const before = (await places(page)) as string[];
    await send(page, 'spec', preview());
    await page.getByRole('button', { name: 'Build server' }).waitFor();
    expect(((await places(page)) as string[]).slice(0, before.length)).toEqual(before);
    expect(before.length).toBe(10);
  } finally {
    await browser.close();
    server.close();
  }
});
