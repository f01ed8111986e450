// The main path on a phone: nothing scrolls sideways, and all of it is reached.
import { strict as assert } from 'node:assert';
import { walk } from './walk.mjs';

// Where nothing is sold, there is no bill to show.
const meant = [/status of 404/];

await walk('phone', phone, { meant });

async function phone(open) {
  const ada = await open({
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
    deviceScaleFactor: 2,
  });
  const { page } = ada;
  await ada.go('/');
  await page.getByRole('link', { name: 'Sign in or start' }).click();
  await ada.field('Mail address').waitFor();
  await ada.look('phone-sign-in');
  await ada.signIn('phone@example.com');
  await ada.look('phone-begin');
  await ada.draft('Say back what I say, and tell the time');
  await page.getByText('Code: 1 line of Rust').tap();
  await ada.code('Code of echo').tap();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText('Ok(args.text)');
  assert.equal(await ada.code('Code of echo').innerText(), 'Ok(args.text)');
  await ada.look('phone-review');
  const id = await ada.build('Pocket parrot', 'pocket');
  await ada.look('phone-live');
  for (const part of ['', 'try', 'versions', 'calls', 'access', 'settings']) {
    await ada.go(`/servers/${id}/${part}`);
    await page.getByRole('heading', { name: 'Pocket parrot' }).waitFor();
    await page.getByRole('status', { name: /^Loading/ }).waitFor({ state: 'detached' });
    await ada.look(`phone-server-${part || 'overview'}`);
  }
  await ada.go(`/servers/${id}/try`);
  await ada.field('text').fill('hello');
  await ada.button('Call echo').tap();
  await ada.see('It made no request.');
  await ada.look('phone-tried');

  // What a phone has no bar for stands in the menu.
  for (const [name, title] of [
    ['Usage and plan', 'Usage and plan'],
    ['Connected clients', 'Connected clients'],
    ['API keys', 'API keys'],
    ['Audit log', 'Audit log'],
  ]) {
    await ada.button(/^Account of/).tap();
    await page.getByRole('navigation', { name: 'Organisation' }).getByRole('link', { name }).tap();
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    await ada.look(`phone-${title.toLowerCase().replaceAll(' ', '-')}`);
  }
}
