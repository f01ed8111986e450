/** The built app in Chromium, behind the headers that the host sends, with a made-up host. */
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export async function serveDist(): Promise<{ server: Server; origin: string }> {
  const dist = join(import.meta.dirname, '../../dist');
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://app');
    const file = extname(pathname) ? pathname : '/index.html';
    const body = await readFile(join(dist, file)).catch(() => null);
    response.writeHead(body ? 200 : 404, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': CSP,
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return { server, origin: `http://127.0.0.1:${address.port}` };
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
}

/** What the made-up host answers: `METHOD path` → a status with a body, `hang`, or `away`, where nobody answers. */
export type Answers = Record<string, 'hang' | 'away' | { status?: number; json?: unknown; sse?: string }>;

export interface Scene {
  page: Page;
  /** Refused by the policy, thrown, or logged as an error. */
  complaints: string[];
}

export async function openScene(
  browser: Browser,
  look: BrowserContextOptions,
  origin: string,
  answers: Answers,
  build: unknown[] = [],
): Promise<Scene> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...look });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A refused request is the scene's own doing.
    if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) complaints.push(`left the origin: ${request.url()}`);
  });
  await page.clock.setFixedTime(new Date('2026-11-21T12:00:00Z'));
  await page.route('**/v1/**', async (route) => {
    const request = route.request();
    const answer = answers[`${request.method()} ${new URL(request.url()).pathname.slice(4)}`];
    if (answer === 'hang') return;
    if (answer === 'away') return route.abort();
    if (!answer) return route.fulfill({ status: 404, json: { code: 'not_found', detail: 'There is no such thing.' } });
    if (answer.sse) return route.fulfill({ contentType: 'text/event-stream', body: answer.sse });
    return route.fulfill({ status: answer.status ?? 200, json: answer.json ?? {} });
  });
  await page.routeWebSocket('**/v1/builds/*/stream', (socket) => {
    for (const event of build) socket.send(JSON.stringify(event));
  });
  return { page, complaints };
}
