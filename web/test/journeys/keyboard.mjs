// From signing in to a server that answers, with a keyboard alone.
import { strict as assert } from 'node:assert';
import { mailedLink, origin, walk } from './walk.mjs';

/** More stops than any page has. */
const STOPS = 80;

/** What has the focus, as it is called; also in a shadow root. */
const calledNow = `(() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const named = at?.getAttribute('aria-label') ?? at?.labels?.[0]?.innerText ?? at?.innerText ?? '';
  return named.replace(/\\s+/g, ' ').trim();
})()`;

await walk('keyboard', async (open) => {
  const ada = await open();
  const { page } = ada;
  const { keyboard } = page;

  /** Goes from stop to stop until it is at what is called so. */
  async function tabTo(name) {
    const passed = [];
    for (let stop = 0; stop < STOPS; stop += 1) {
      await keyboard.press('Tab');
      const called = await page.evaluate(calledNow);
      if (called === name) return;
      passed.push(called);
    }
    assert.fail(`no Tab leads to ${name}, but to ${passed.join(' | ')}`);
  }

  await ada.go('/');
  await page.getByRole('link', { name: 'Sign in or start' }).waitFor();
  await tabTo('Sign in or start');
  await keyboard.press('Enter');
  await ada.field('Mail address').waitFor();
  await tabTo('Mail address');
  await keyboard.type('keys@example.com');
  await keyboard.press('Enter');
  await ada.see('Link sent');
  await page.goto(await mailedLink('keys@example.com'));
  await ada.button('Sign in').waitFor();
  await tabTo('Sign in');
  await keyboard.press('Enter');

  await ada.field('Describe the server').waitFor();
  await tabTo('Describe the server');
  await keyboard.type('Say back what I say, and tell the time');
  await keyboard.press('Control+Enter');
  await ada.button('Build server').waitFor();

  // The code: opened, changed, and left by Escape and Tab.
  await tabTo('Code: 1 line of Rust');
  await keyboard.press('Enter');
  await ada.code('Code of echo').waitFor();
  await tabTo('Code of echo');
  await keyboard.press('Control+a');
  await keyboard.type('// by hand\nOk(args.text)');
  await keyboard.press('Escape');
  await tabTo('Build server');
  await ada.look('keyboard-review');
  await keyboard.press('Enter');

  await ada.see('is live');
  await tabTo('Open the server’s page');
  await keyboard.press('Enter');
  await ada.see('Connect a client');
  await tabTo('Try echo');
  await keyboard.press('Enter');
  await ada.field('text').waitFor();
  await tabTo('text');
  await keyboard.type('hello');
  await keyboard.press('Enter');
  await ada.see('It made no request.');
  await tabTo('Versions');
  await keyboard.press('Enter');
  await page.waitForURL(`${origin}/servers/*/versions`);
});
