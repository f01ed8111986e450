// A person's ways in, in a real browser against a real platform: a passkey of its virtual authenticator, and a provider.
// Usage: node sign-in.mjs SIGN_IN_LINK PICTURES OUTBOX, by host/tests/it/passkeys/journey.rs. CHROMIUM names another browser.
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './chromium.mjs';
import { lookAt } from './walk.mjs';

const [link, pictures, outbox] = process.argv.slice(2);
const origin = new URL(link).origin;

const browser = await launch();
const complaints = [];
let page;
let context;

/** A new browser, with an authenticator that its owner unlocks, or not. */
async function open(colorScheme = 'light') {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme, reducedMotion: 'reduce' });
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
}

async function addAuthenticator(isUserVerified) {
  const devtools = await context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
    },
  });
  return { devtools, authenticatorId };
}

const look = (name) => lookAt(page, name);
const button = (name) => page.getByRole('button', { name, exact: true });
const isIn = () => page.getByRole('button', { name: /^Account of/ }).waitFor();

async function signOut() {
  await page.getByRole('button', { name: /^Account of/ }).click();
  await button('Sign out').click();
  await page.getByRole('heading', { name: 'Sign in or start' }).waitFor();
}

try {
  await open();
  await page.goto(link);
  await button('Sign in').click();
  await isIn();

  // A passkey: added, used, and refused where its owner does not unlock it.
  const { devtools, authenticatorId } = await addAuthenticator(true);
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByLabel('Name of the new passkey').fill('Test laptop');
  await button('Add a passkey').click();
  await page.getByText('Test laptop').waitFor();
  const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.ok(credentials[0].isResidentCredential && credentials[0].rpId === 'localhost', JSON.stringify(credentials));
  await button('Add a passkey').click();
  await page.getByText('passkey_known').waitFor();
  await look('account');
  await signOut();
  await look('sign-in');
  await button('Sign in with a passkey').click();
  await isIn();
  await signOut();
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await button('Sign in with a passkey').click();
  await page.getByText('passkey_cancelled').waitFor();
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });

  // A provider that says that the account's address is one's own: the account is asked.
  await button('Continue with Example Corp').click();
  await page.getByRole('heading', { name: 'One more step' }).waitFor();
  await look('consent-mailed');
  const mails = readdirSync(outbox).sort();
  const mailed = /http\S+\/sign-in\/connect\?token=\S+/.exec(readFileSync(join(outbox, mails.at(-1)), 'utf8'));
  await page.goto(mailed[0]);
  await look('connect');
  await button('Connect and sign in').click();
  await isIn();
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByText('As ada@example.com').waitFor();
  await signOut();
  await button('Continue with Example Corp').click();
  await isIn();

  // Again, while signed in: nothing changes, and one comes back to where one was.
  await page.getByRole('link', { name: 'Account' }).click();
  const answered = page.waitForResponse(`${origin}/v1/auth/providers/corp/callback`);
  await button('Connect Example Corp').click();
  await answered;
  await page.waitForURL(`${origin}/account`);
  await page.getByText('As ada@example.com').waitFor();
  assert.equal(await page.getByText('As ada@example.com').count(), 1);

  // What was brought back once is good for nothing, and the page says so.
  await page.goBack();
  await page.goto(`${origin}/sign-in/callback/corp?state=made-up&code=a`);
  await page.getByText('sign_in_expired').waitFor();
  await look('sign-in-expired');

  await page.goto(`${origin}/account`);
  await page.getByRole('button', { name: 'Disconnect Example Corp as ada@example.com', exact: true }).click();
  await page.getByRole('button', { name: 'Disconnect Example Corp as ada@example.com now' }).click();
  await page.getByText('As ada@example.com').waitFor({ state: 'detached' });
  await button('Remove Test laptop').click();
  await button('Remove Test laptop now').click();
  await page.getByText('You have no passkey yet').waitFor();
  await signOut();
  await button('Sign in with a passkey').click();
  await page.getByText('passkey_not_known').waitFor();
  await context.close();

  await open('dark');
  await page.goto(`${origin}/sign-in`);
  await button('Continue with Example Corp').waitFor();
  await look('sign-in-dark');

  // Refusals are meant: each of them has been waited for.
  const unmeant = complaints.filter((text) => !/status of (401|403|410)/.test(text));
  assert.deepEqual(unmeant, []);
} catch (error) {
  await page?.screenshot({ path: `${pictures}/sign-in-failed.png` }).catch(() => {});
  process.stderr.write(`at ${page?.url()}: ${error.stack ?? error}\n${complaints.join('\n')}\n`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
