// What goes wrong on the way, and that nothing written is lost by it. The plan has two servers.
import { strict as assert } from 'node:assert';
import { walk } from './walk.mjs';

await walk('errors', errors, {
  // A session that has ended, a line that is gone, an address that is taken, a limit that is reached.
  meant: [/status of (402|404|409)/, /ERR_INTERNET_DISCONNECTED/],
});

async function errors(open) {
  const ada = await open();
  const { page, context } = ada;
  await ada.go('/sign-in');
  await ada.signIn('unlucky@example.com');

  // Offline: it says so, and goes on when the line is back.
  await ada.field('Describe the server').fill('Say back what I say');
  await context.setOffline(true);
  await ada.button('Draft tools').click();
  await ada.see('unreachable');
  await ada.look('offline');
  await context.setOffline(false);
  await ada.button('Draft tools').click();
  await ada.button('Build server').waitFor();

  // The session ends in the middle: the draft is still there after signing in again.
  await ada.field('Name').fill('Kept over a session');
  await page.getByText('Code: 1 line of Rust').click();
  await ada.write('Code of echo', '// mine\nOk(args.txt)');
  await context.clearCookies();
  await ada.button('Build server').click();
  await ada.see('Your session has ended');
  await ada.look('session-ended');
  await ada.signIn('unlucky@example.com');
  await ada.button('Build server').waitFor();
  assert.equal(await ada.field('Name').inputValue(), 'Kept over a session');

  // It does not build: the log is open at the author's line, and so is the code then.
  await ada.button('Build server').click();
  await ada.see('The build failed');
  await ada.see(/^echo:2:/);
  await page.getByRole('region', { name: 'echo, around line 2' }).waitFor();
  await ada.look('failed');
  await ada.button('Discard and edit the draft').click();
  const wrong = page.locator('.cm-content .words');
  await wrong.waitFor();
  assert.match(await wrong.innerText(), /txt/);
  await ada.look('failed-review');
  await ada.write('Code of echo', 'Ok(args.text)');
  await wrong.waitFor({ state: 'detached' });
  await ada.build('First', 'first');

  // The address is taken: another one is not.
  await ada.go('/');
  await ada.draft('Say back what I say, once more');
  await ada.field('Address').fill('first');
  await ada.button('Build server').click();
  await ada.see('first is taken: choose another.');
  assert.equal(await page.evaluate('document.activeElement.name'), 'slug');
  await ada.look('taken');
  await ada.build('Second', 'second');

  // And there the plan ends.
  await ada.go('/');
  await ada.draft('Say back what I say, a third time');
  await ada.field('Address').fill('third');
  await ada.button('Build server').click();
  await ada.see('plan_limit');
  await ada.look('limit');
  await ada.go('/usage');
  await ada.see('2 of 2');
}
