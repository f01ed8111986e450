/** Every state, in both themes and on a phone: a picture, no axe finding, nothing that the policy refuses, no sideways
 * scroll, and no more script than a first load may have. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, openScene, serveDist } from './app';
import { scenes } from './scenes';

const phone: BrowserContextOptions = { viewport: { width: 375, height: 720 }, deviceScaleFactor: 2, hasTouch: true };
/** Where the pictures go, if not to the usual place: somebody wants them, so there is one more look of each. */
const wanted = process.env.PICTURES;

const looks: Record<string, BrowserContextOptions> = {
  light: { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
  phone: { ...phone, colorScheme: 'light' },
  ...(wanted && { 'phone-dark': { ...phone, colorScheme: 'dark' } }),
};

const pictures = wanted ?? join(import.meta.dirname, '../../dist-look');
let browser: Browser;
let server: Server;
let origin: string;
let axe: string;

beforeAll(async () => {
  await mkdir(pictures, { recursive: true });
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  ({ server, origin } = await serveDist());
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const violations = await page.evaluate('axe.run(document).then((result) => result.violations)');
  return (violations as { id: string; nodes: { html: string }[] }[]).map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
  );
}

/** The code editor: it comes when someone opens code to change it. */
const ASKED_FOR = /\/editor-[^/]*\.js$/;

/** Bytes of all script that a page has loaded and nobody has asked for, compressed. */
async function scriptOf(page: Page): Promise<number> {
  const loaded = "performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)";
  const paths = (await page.evaluate(loaded)) as string[];
  const scripts = [...new Set(paths)].filter((path) => path.endsWith('.js') && !ASKED_FOR.test(path));
  const read = scripts.map(
    async (path) => gzipSync(await readFile(join(import.meta.dirname, '../../dist', path))).length,
  );
  return (await Promise.all(read)).reduce((sum, size) => sum + size, 0);
}

test('what loads at once does not speak of money: not every platform has it', async () => {
  const dist = join(import.meta.dirname, '../../dist');
  const page = await readFile(join(dist, 'index.html'), 'utf8');
  const files = page.match(/\/assets\/[^"]+/g) ?? [];
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) {
    const text = await readFile(join(dist, file), 'utf8');
    expect(text.match(/billing|stripe\.com|€|subscription|invoice|pricing/i)?.[0], file).toBeUndefined();
  }
});

test('the editor is no larger than it has to be', async () => {
  const assets = join(import.meta.dirname, '../../dist/assets');
  const [editor, ...others] = (await readdir(assets)).filter((name) => ASKED_FOR.test(`/${name}`));
  expect(others).toEqual([]);
  expect(gzipSync(await readFile(join(assets, editor ?? ''))).length).toBeLessThan(100_000);
});

describe.each(Object.entries(looks))('%s', (look, options) => {
  test.each(scenes)('$name', async ({ name, path, answers, build, act }) => {
    const { page, complaints } = await openScene(browser, options, origin, answers, build);
    try {
      await page.goto(origin + path);
      await page.locator('h1, [role=alert], [role=status]').first().waitFor();
      await act?.(page);
      await page.waitForLoadState('load');
      await page.evaluate('document.fonts.ready');
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(pictures, `${name}-${look}.png`), fullPage: true });
      expect(await findings(page)).toEqual([]);
      expect(complaints).toEqual([]);
      expect(await scriptOf(page)).toBeLessThan(200_000);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    } finally {
      await page.context().close();
    }
  });
});
