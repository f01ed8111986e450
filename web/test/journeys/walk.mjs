// What every journey has: browsers that watch themselves, and mails.
// Each is a program of its own: node NAME.mjs ORIGIN PICTURES OUTBOX [MODEL_PORT], started by host/tests/it/journey.rs.
import { strict as assert } from 'node:assert';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { launch } from './chromium.mjs';

const [of, pictures, outbox] = process.argv.slice(2);
export const origin = of ? new URL(of).origin : '';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// A busy machine is slow, not wrong.
const PATIENCE_MS = 120_000;

/** Asks until there is an answer. */
export async function until(ask, what) {
  for (const begun = Date.now(); ; ) {
    const answer = await ask();
    if (answer) return answer;
    assert.ok(Date.now() - begun < PATIENCE_MS, `waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The newest link in the mails to someone that is not among `old`. */
export function mailedLink(email, old = []) {
  const seen = () => {
    let names = [];
    try {
      names = readdirSync(outbox).sort().reverse();
    } catch {
      // The outbox is made with its first mail.
    }
    const mails = names.filter((name) => name.endsWith('.eml')).map((name) => readFileSync(join(outbox, name), 'utf8'));
    const links = mails
      .filter((mail) => mail.includes(`To: <${email}>`))
      .map((mail) => /https?:\/\/\S+token=\S+/.exec(mail)?.[0]);
    return links.find((link) => link && !old.includes(link));
  };
  return until(seen, `a mail to ${email}`);
}

/** A browser of one person, and what it has to complain about. */
class Person {
  constructor(context, page, name) {
    this.context = context;
    this.page = page;
    this.name = name;
    this.complaints = [];
    this.links = [];
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (line) => line.type() === 'error' && this.complaints.push(line.text()));
    page.on('request', (request) => {
      const { protocol, host, hostname, href } = new URL(request.url());
      // A client listens on a port of this machine; pictures of ours are data.
      if (protocol === 'data:' || host === new URL(origin).host || hostname === '127.0.0.1') return;
      this.complaints.push(`asked for ${href}`);
    });
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' });
  }

  link(name) {
    return this.page.getByRole('link', { name, exact: typeof name === 'string' });
  }

  /** What is written into, also in the code editor. */
  field(name) {
    return this.page.getByLabel(name, { exact: true });
  }

  code(name) {
    return this.page.locator(`.cm-content[aria-label="${name}"]`);
  }

  /** Puts other code in place of what stands in an editor, as a person does. */
  async write(name, code) {
    await this.code(name).focus();
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.insertText(code);
  }

  async see(text) {
    await this.page.getByText(text).first().waitFor();
  }

  go(path) {
    return this.page.goto(new URL(path, origin).href);
  }

  json(path) {
    return this.page.request.get(new URL(path, origin).href).then((answer) => answer.json());
  }

  /** By the form of the page that is open, and the link that it has mailed. */
  async signIn(email) {
    await this.field('Mail address').fill(email);
    await this.button('Send sign-in link').click();
    await this.see('Link sent');
    const link = await mailedLink(email, this.links);
    this.links.push(link);
    await this.page.goto(link);
    await this.button('Sign in').click();
    await this.button(/^Account of/).waitFor();
  }

  /** From words to the review of the draft. */
  async draft(words) {
    await this.field('Describe the server').fill(words);
    await this.button('Draft tools').click();
    await this.button('Build server').waitFor();
  }

  /** From the review to a server that answers; its id. */
  async build(name, slug) {
    await this.field('Name').fill(name);
    await this.field('Address').fill(slug);
    await this.button('Build server').click();
    await this.page.getByText('is live').first().waitFor();
    return new URL(this.page.url()).pathname.split('/')[2];
  }

  look(name) {
    return lookAt(this.page, name);
  }
}

/** Takes a picture, and looks for what would keep someone out. */
export async function lookAt(page, name) {
  await page.evaluate('document.fonts.ready');
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  // It is never detached: a page's virtual authenticator would go with it.
  const devtools = await page.context().newCDPSession(page);
  // Through the debugger: the page's own policy lets no script in.
  await devtools.send('Runtime.evaluate', { expression: axe });
  const run = 'axe.run().then((r) => JSON.stringify(r.violations.map((v) => v.id + ": " + v.nodes[0].html)))';
  const { result } = await devtools.send('Runtime.evaluate', { expression: run, awaitPromise: true });
  assert.deepEqual(JSON.parse(result.value), [], name);
  const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
  assert.ok(wider <= 0, `${name} scrolls sideways by ${wider}`);
}

/** Walks a journey: `steps` opens as many browsers as it needs. What is logged as an error has to be `meant`. */
export async function walk(name, steps, { meant = [] } = {}) {
  mkdirSync(pictures, { recursive: true });
  const browser = await launch();
  const people = [];
  async function open(options = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    });
    const person = new Person(context, await context.newPage(), `${name}-${people.length}`);
    people.push(person);
    return person;
  }
  try {
    await steps(open);
    // Whoever is not signed in is told so.
    meant.push(/status of 401/);
    for (const { complaints } of people) {
      const unmeant = complaints.filter((text) => !meant.some((one) => one.test(text)));
      assert.deepEqual(unmeant, []);
    }
  } catch (error) {
    process.stderr.write(`${error.stack ?? error}\n`);
    for (const person of people) {
      await person.page.screenshot({ path: join(pictures, `${person.name}-failed.png`) }).catch(() => {});
      process.stderr.write(`at ${person.page.url()}:\n${person.complaints.join('\n')}\n`);
    }
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}
