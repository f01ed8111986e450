// A new user's whole way: from a mail to a server, a client, a next version, and the end of each.
import { strict as assert } from 'node:assert';
import { Client } from './client.mjs';
import { origin, walk } from './walk.mjs';

await walk('whole', whole, {
  // The refused prompt.
  meant: [/status of 422/],
});

async function whole(open) {
  const ada = await open();
  const { page } = ada;
  await ada.go('/');
  await page.getByRole('link', { name: 'Sign in or start' }).click();
  await ada.field('Mail address').waitFor();
  await ada.signIn('new@example.com');
  await page.getByRole('heading', { name: 'What should your server do?' }).waitFor();

  // A key in the description is not sent to a model.
  await ada.field('Describe the server').fill('My key is ghp_016C7Qx2Vd9LkZtR4sYwB8nUeJ5hM3aPfT1q: list my issues');
  await ada.button('Draft tools').click();
  await ada.see('secret_in_prompt');

  // Described, edited and built.
  await ada.draft('Say back what I say, and tell the time');
  await page.getByText('Code: 1 line of Rust').click();
  await ada.write('Code of echo', 'log::info!("asked for {}", args.text);\nOk(args.text)');
  await ada.look('review');
  const id = await ada.build('Parrot <b>& clock</b>', 'parrot');
  await ada.look('live');
  const mcpUrl = `${origin}/mcp/${(await ada.json('/v1/me/org')).slug}/parrot`;
  await ada.see(mcpUrl);

  // Tried.
  await ada.link('Open the server’s page').click();
  await ada.see('Connect a client');
  await ada.link('Try').click();
  await ada.field('text').fill('hello from the playground');
  await ada.button('Call echo').click();
  await ada.see('It made no request.');
  await ada.see('asked for hello from the playground');
  await ada.look('try');

  // Connected: what the person agrees to gives a token, and that a call.
  const client = await Client.start('Journey');
  await client.ask(ada, mcpUrl);
  await ada.see('Journey');
  await ada.look('consent');
  await ada.button('Allow').click();
  await client.arrive(ada);
  const called = await client.call('echo', { text: 'hello from a client' });
  assert.equal(called.result?.content?.[0]?.text, 'hello from a client', JSON.stringify(called));

  // It is seen: the newest call, with what it wrote.
  await ada.go(`/servers/${id}/calls`);
  await page.getByRole('link', { name: /echo/ }).first().click();
  await ada.see('asked for hello from a client');
  await ada.look('call');

  // A next version that asks for more waits, and is approved.
  await ada.go(`/servers/${id}/versions`);
  await ada.button('Edit the code instead').click();
  await ada.write(
    'Body of echo, Rust',
    'if args.text.is_empty() {\n    http::get("https://api.example.com/v1/words").send()?.ok()?;\n}\nOk(format!("{}!", args.text))',
  );
  await ada.field('Allow a host').fill('GET api.example.com/v1');
  await ada.button('Allow host').click();
  await ada.look('next-version');
  await ada.button('Build next version').click();
  await ada.link('See what it asks for').waitFor();
  assert.equal((await client.call('echo', { text: 'still 1' })).result?.content?.[0]?.text, 'still 1');
  await ada.link(/^To approve 1 waiting/).click();
  await ada.see('api.example.com');
  await ada.look('to-approve');
  await ada.link(/^Read and decide: version 2/).click();
  await ada.see('In its code');
  await ada.look('capability-diff');
  await ada.button('Approve').click();
  await ada.field('Reason').fill('The host is ours.');
  await ada.button('Approve version 2').click();
  await page.getByText('version 2', { exact: true }).first().waitFor();
  await page.getByRole('link', { name: 'To approve', exact: true }).waitFor();
  assert.equal((await client.call('echo', { text: 'now 2' })).result?.content?.[0]?.text, 'now 2!');

  // And back.
  await ada.go(`/servers/${id}/versions/1`);
  await ada.button('Roll back to 1').click();
  await ada.button('Activate version 1').click();
  await page.getByText('version 1', { exact: true }).first().waitFor();
  assert.equal((await client.call('echo', { text: 'again 1' })).result?.content?.[0]?.text, 'again 1');

  // The client's access ends at once.
  await ada.link('Access').click();
  await ada.button('Revoke Journey at Parrot <b>& clock</b>').click();
  await ada.see('loses access');
  await ada.look('access');
  await ada.button('Revoke Journey at Parrot <b>& clock</b> now').click();
  await ada.see('No client is connected');
  assert.equal((await client.call('echo', { text: 'no more' })).status, 401);

  // And so does the server.
  await ada.link('Settings').click();
  await ada.button('Delete parrot').click();
  await ada.field('Type parrot to confirm').fill('parrot');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete parrot' }).click();
  await page.waitForURL(`${origin}/servers`);
  assert.ok([401, 404].includes((await client.send('tools/list')).status));
  client.stop();
}
