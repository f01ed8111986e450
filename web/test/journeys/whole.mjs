// A new user's way through the first page, in a real browser against a real platform.
// Usage: node journey.mjs SIGN_IN_LINK PICTURES, by host/tests/it/journey.rs. CHROMIUM names another browser.
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { launch } from './chromium.mjs';

const [link, pictures] = process.argv.slice(2);
const origin = new URL(link).origin;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Where a client listens for its answer.
const callback = createServer((_, answer) => answer.end('You may close this window.'));
await new Promise((done) => callback.listen(0, '127.0.0.1', done));

const browser = await launch();
const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
const page = await context.newPage();
page.setDefaultTimeout(60_000);
const complaints = [];
page.on('pageerror', (error) => complaints.push(String(error)));
page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
page.on('request', (request) => {
  const url = new URL(request.url());
  if (url.origin !== origin && url.protocol !== 'data:' && url.port !== `${callback.address().port}`)
    complaints.push(`asked for ${url}`);
});

/** Takes a picture, and looks for what would keep someone out. */
async function look(name) {
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  const found = await context.newCDPSession(page).then(async (devtools) => {
    // Through the debugger: the page's own policy lets no script in.
    await devtools.send('Runtime.evaluate', { expression: axe });
    const run = 'axe.run().then((r) => JSON.stringify(r.violations.map((v) => v.id + ": " + v.nodes[0].html)))';
    const { result } = await devtools.send('Runtime.evaluate', { expression: run, awaitPromise: true });
    return JSON.parse(result.value);
  });
  assert.deepEqual(found, [], name);
}

try {
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'What should your server do?' }).waitFor();

  await page.getByRole('textbox').first().fill('My key is ghp_016C7Qx2Vd9LkZtR4sYwB8nUeJ5hM3aPfT1q: list my issues');
  await page.getByRole('button', { name: 'Draft tools' }).click();
  await page.getByText('secret_in_prompt').waitFor();
  await page.getByRole('textbox').first().fill('Say back what I say, and tell the time');
  await page.getByRole('button', { name: 'Draft tools' }).click();
  await page.getByRole('heading', { name: 'Review the draft' }).waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Parrot <b>& clock</b>');
  await page.getByLabel('Address', { exact: true }).fill('parrot');
  await look('review');

  await page.getByRole('button', { name: 'Build server' }).click();
  await page.getByText('is live').waitFor();
  await look('live');
  const mcpUrl = `${origin}/mcp/${(await (await page.request.get(`${origin}/v1/me/org`)).json()).slug}/parrot`;
  await page.getByText(mcpUrl).first().waitFor();

  // Shared by one click, found by everyone, and forked.
  await page.getByRole('button', { name: 'Publish template' }).click();
  await page.getByText('Shared as').waitFor();
  await look('shared');
  await page.goto(`${origin}/templates?q=parrot`);
  await page.getByRole('link', { name: /Parrot/ }).click();
  await page.getByRole('button', { name: /^Fork/ }).first().waitFor();
  await look('template');
  await page.getByRole('button', { name: /^Fork/ }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Second one');
  await page.getByLabel('Address', { exact: true }).fill('second-parrot');
  await look('fork');
  await page.getByRole('button', { name: 'Create server' }).click();
  await page
    .getByText(`${mcpUrl.replace('parrot', 'second-parrot')}`)
    .first()
    .waitFor();
  await page.getByText('Made from').first().waitFor();
  await look('forked');

  // A client, as far as its browser window: what it asks for, and what the person agrees to.
  const redirect = `http://127.0.0.1:${callback.address().port}/callback`;
  const client = await page.request.post(`${origin}/oauth/register`, {
    data: { client_name: 'Journey', redirect_uris: [redirect], token_endpoint_auth_method: 'none' },
  });
  const verifier = 'v'.repeat(64);
  const ask = new URLSearchParams({
    response_type: 'code',
    client_id: (await client.json()).client_id,
    redirect_uri: redirect,
    resource: mcpUrl,
    scope: 'mcp',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state: 's',
  });
  await page.goto(`${origin}/oauth/authorize?${ask}`);
  await page.getByText('Journey').first().waitFor();
  await look('consent');
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await page.waitForURL(`${redirect}**`);
  const answer = new URL(page.url()).searchParams;
  assert.equal(answer.get('state'), 's');
  assert.equal(answer.get('iss'), origin);
  const token = await page.request.post(`${origin}/oauth/token`, {
    form: {
      grant_type: 'authorization_code',
      code: answer.get('code'),
      client_id: ask.get('client_id'),
      redirect_uri: redirect,
      code_verifier: verifier,
      resource: mcpUrl,
    },
  });
  assert.equal(token.status(), 200, await token.text());

  await page.goto(`${origin}/servers`);
  await page.getByRole('link', { name: /Parrot/ }).click();
  await page.getByText(mcpUrl).first().waitFor();
  await look('server');
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page
    .getByRole('button', { name: /^Delete/ })
    .first()
    .click();
  await page.getByLabel('Type parrot to confirm').fill('parrot');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete parrot' }).click();
  await page.waitForURL(`${origin}/servers`);
  const gone = await page.request.post(mcpUrl, {
    headers: {
      authorization: `Bearer ${(await token.json()).access_token}`,
      accept: 'application/json, text/event-stream',
    },
    data: { jsonrpc: '2.0', id: 1, method: 'tools/list' },
  });
  assert.ok([401, 404].includes(gone.status()), `${gone.status()}`);

  // The refused prompt is meant.
  const unmeant = complaints.filter((text) => !text.includes('status of 422'));
  assert.deepEqual(unmeant, []);
} catch (error) {
  await page.screenshot({ path: `${pictures}/failed.png` }).catch(() => {});
  process.stderr.write(`at ${page.url()}: ${error.stack ?? error}\n${complaints.join('\n')}\n`);
  process.exitCode = 1;
} finally {
  callback.close();
  await browser.close();
}
