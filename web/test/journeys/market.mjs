// A server is shared by one click, found by everyone, and forked.
import { origin, walk } from './walk.mjs';

await walk('market', async (open) => {
  const ada = await open();
  const { page } = ada;
  await ada.go('/sign-in');
  await ada.signIn('publisher@example.com');
  await ada.draft('Say back what I say, and tell the time');
  await ada.build('Parrot <b>& clock</b>', 'parrot');
  await ada.button('Publish template').click();
  await ada.see('Shared as');
  await ada.look('shared');

  const grace = await open();
  await grace.go('/templates?q=parrot');
  await grace.link('Sign in').waitFor();
  await grace.look('templates');
  await grace.link(/Parrot/).click();
  await grace.page.getByRole('region', { name: 'What it can do' }).waitFor();
  await grace.look('template');

  await ada.go('/templates?q=parrot');
  await ada.link(/Parrot/).click();
  await ada.button(/^Fork/).first().click();
  await ada.field('Name').fill('Second one');
  await ada.field('Address').fill('second-parrot');
  await ada.look('fork');
  await ada.button('Create server').click();
  const { slug } = await ada.json('/v1/me/org');
  await ada.see(`${origin}/mcp/${slug}/second-parrot`);
  await ada.see('Made from');
  await page
    .getByRole('link', { name: /Parrot/ })
    .first()
    .waitFor();
  await ada.look('forked');
});
