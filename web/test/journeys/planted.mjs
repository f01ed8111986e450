// Whatever a person, a model or a client supplies is text: markup and quotes are planted in all of it, and looked for on
// every page that shows it. The platform’s one model is ours, and admin@example.com is an admin of it.
import { strict as assert } from 'node:assert';
import { Client } from './client.mjs';
import { startModel } from './model.mjs';
import { origin, walk } from './walk.mjs';

/** What would run, were it markup; each place has its own. */
const plant = (place) => `<img src=x onerror=planted('${place}')>"'&<script>planted()</script>`;

/** For places that are short. */
const cutting = (place) => `<b onclick=planted('${place}')>"'&`;

const text = { type: 'string', title: plant('title'), description: plant('argument') };
const schema = { type: 'object', title: plant('schema'), properties: { text }, required: ['text'] };

const spec = {
  name: plant('name'),
  description: plant('server'),
  tools: [
    {
      name: 'echo',
      title: plant('tool title'),
      description: plant('tool'),
      inputSchema: schema,
      implementation: `// ${plant('code')}\nlog::info!("{} {}", args.text, "${plant('log').replaceAll('"', '\\"')}");\nOk(args.text)`,
    },
    {
      name: 'refuse',
      description: plant('other tool'),
      inputSchema: schema,
      implementation: 'ensure!(args.text.is_empty(), "{}", args.text);\nOk("")',
    },
  ],
  helpers: `// ${plant('helpers')}`,
  requiredSecrets: [
    {
      key: 'TOKEN',
      description: plant('secret'),
      howToGetUrl: `https://example.com/?a=${plant('link')}`,
      hosts: ['api.example.com'],
    },
  ],
  allowedHosts: ['api.example.com'],
};

// Where nothing is sold, there is no bill to show.
await walk('planted', planted, { meant: [/status of 404/] });

async function planted(open) {
  const model = await startModel(spec);
  const ada = await open();
  const { page } = ada;

  // People and organisations.
  await ada.go('/sign-in');
  await ada.signIn("o'hara&co@example.com");
  await ada.go('/organisation');
  await ada.field('Name of the organisation').fill(plant('org'));
  await ada.button('Save name').click();
  await ada.see('Saved.');
  await isText(ada, 'organisation', plant('org'), "o'hara&co");

  // A draft, as it is reviewed.
  await ada.go('/');
  await ada.draft(plant('prompt'));
  for (const [field, value] of [
    ['Name', spec.name],
    ['Description', spec.description],
    ['Description for AI clients', spec.tools[0].description],
  ])
    assert.equal(await ada.field(field).first().inputValue(), value, field);
  await page.getByText('Arguments: text').first().click();
  assert.equal(await ada.field('What text means').first().inputValue(), text.description);
  await page.getByRole('tab', { name: 'JSON Schema' }).first().click();
  await page.getByText('Code: 3 lines of Rust').click();
  await page.getByText('Code shared by the tools').click();
  for (const [label, part] of [
    ['Input schema of echo', 'schema'],
    ['Code of echo', 'code'],
    ['Shared code', 'helpers'],
  ])
    assert.match(await ada.code(label).innerText(), new RegExp(`onerror=planted\\('${part}'\\)`), label);
  await isText(ada, 'review', plant('secret'));
  const id = await ada.build(spec.name, 'planted');
  await isText(ada, 'live', spec.name);

  // The server's page.
  await ada.go(`/servers/${id}`);
  await isText(ada, 'server', spec.name, spec.description, plant('tool'), plant('secret'));
  await page.getByText('Arguments').first().click();
  await ada.see(JSON.stringify(text.description));
  await isText(ada, 'arguments');
  const how = page.getByRole('link', { name: /^How to get it/ });
  assert.equal(await how.evaluate((link) => new URL(link.href).host), 'example.com');
  await ada.go('/servers');
  await isText(ada, 'servers', spec.name);

  // Calls: tried, and by a client whose name is planted too.
  await ada.go(`/servers/${id}/try`);
  await page.getByRole('form', { name: 'Arguments' }).getByRole('textbox').first().fill(plant('argument value'));
  await ada.button('Call echo').click();
  await ada.see('It made no request.');
  await isText(ada, 'try', plant('argument value'), plant('log'), plant('argument'));
  const client = await Client.start(plant('client'));
  const { slug } = await ada.json('/v1/me/org');
  await client.ask(ada, `${origin}/mcp/${slug}/planted`);
  await isText(ada, 'consent', plant('client'), spec.name, plant('org'));
  await ada.button('Allow').click();
  await client.arrive(ada);
  const args = { text: plant('client call') };
  assert.equal((await client.call('echo', args)).result?.content?.[0]?.text, args.text);
  assert.equal((await client.call('refuse', args)).result?.isError, true);
  await ada.go(`/servers/${id}/calls`);
  await isText(ada, 'calls', plant('client call'));
  await page.getByRole('link', { name: /refuse/ }).click();
  await isText(ada, 'call', plant('client call'));
  await ada.go(`/servers/${id}/calls?view=logs`);
  await isText(ada, 'logs', plant('log'));
  await ada.go(`/servers/${id}/access`);
  await isText(ada, 'access', plant('client'), spec.name);
  await ada.go('/clients');
  await isText(ada, 'clients', plant('client'), spec.name);

  // A next version: its difference, what is decided on it, and the log of that.
  await ada.go(`/servers/${id}/versions`);
  await ada.button('Edit the code instead').click();
  await ada.write(
    'Body of echo, Rust',
    `// ${plant('new code')}\nif args.text.is_empty() {\n    http::get("https://b.example.com").send()?.ok()?;\n}\nOk(args.text)`,
  );
  await ada.field('Allow a host').fill('b.example.com');
  await ada.button('Allow host').click();
  await ada.button('Build next version').click();
  await ada.link('See what it asks for').waitFor();
  await ada.go('/reviews');
  await isText(ada, 'reviews', spec.name);
  await ada.go(`/servers/${id}/versions/2`);
  await ada.see('In its code');
  await isText(ada, 'diff', plant('new code'));
  await ada.button('Approve').click();
  await ada.field('Reason').fill(plant('reason'));
  await ada.button('Approve version 2').click();
  await isText(ada, 'approved', plant('reason'));
  await ada.go('/keys');
  await ada.field('Name').fill(plant('key'));
  await ada.button('Make key').click();
  await isText(ada, 'new key', plant('key'));
  await ada.go('/audit');
  await isText(ada, 'audit', plant('reason'), "o'hara&co");
  await ada.go('/usage');
  await page.getByRole('heading', { name: 'Usage and plan' }).waitFor();
  await isText(ada, 'usage');

  // A template, as others see it; and what they report of it, as an admin does.
  await ada.go(`/servers/${id}`);
  await page.getByRole('region', { name: 'Share' }).getByRole('checkbox').check();
  await ada.field('Title').fill(cutting('template'));
  await ada.field('Short description').fill(plant('short'));
  await ada.button(/^Publish/).click();
  await ada.see('Shared as');
  const admin = await open();
  await admin.go('/sign-in');
  await admin.signIn('admin@example.com');
  await admin.go('/templates?tab=newest');
  await isText(admin, 'templates', cutting('template'), plant('short'), plant('org'));
  await admin.link(/onclick=planted/).click();
  await admin.page.getByRole('region', { name: 'What it can do' }).waitFor();
  await isText(admin, 'template', cutting('template'), plant('tool'), plant('secret'), plant('org'));
  await admin.page.getByText('Report this template').click();
  await admin.field('What you saw').fill(plant('report'));
  await admin.button('Send report').click();
  await admin.see('Reported.');
  await admin.button(/^Fork/).first().click();
  await admin.field('Address').fill('forked');
  await isText(admin, 'fork', plant('secret'));
  await admin.button('Create server').click();
  await admin.see('Made from');
  await isText(admin, 'forked', cutting('template'), plant('tool'));
  await admin.go('/admin');
  await isText(admin, 'cases', plant('report'), cutting('template'));
  await admin.go('/admin?view=templates');
  await isText(admin, 'moderated', cutting('template'));

  client.stop();
  model.close();
}

/** Each of these is read on the page, and nothing was made of any: no element, no handler, no script. */
async function isText({ page }, where, ...texts) {
  for (const text of texts) {
    const shown = page.getByText(text).first();
    await shown.waitFor({ timeout: 30_000 }).catch(() => assert.fail(`${where} does not show ${text}`));
  }
  const made = await page.evaluate(`[document, ...[...document.querySelectorAll('*')].map((one) => one.shadowRoot)]
    .flatMap((root) => [...(root?.querySelectorAll('img, script:not([src]), [onerror], [onclick], iframe') ?? [])])
    .map((element) => element.outerHTML)`);
  assert.deepEqual(made, [], where);
}
