// Two people at once: one never sees what is the other's.
import { strict as assert } from 'node:assert';
import { Client } from './client.mjs';
import { origin, walk } from './walk.mjs';

await walk('two', two, { meant: [/status of (403|404)/] });

async function two(open) {
  const [ada, bob] = [await open(), await open()];
  await Promise.all([start(ada, 'ada@example.com', 'Ada’s'), start(bob, 'bob@example.com', 'Bob’s')]);
  const [hers, his] = await Promise.all([ada.build('Ada’s parrot', 'parrot'), bob.build('Bob’s parrot', 'parrot')]);
  const [build] = (await ada.json(`/v1/servers/${hers}`)).activeVersion ? [new URL(ada.page.url()).pathname] : [];

  for (const [person, own, other] of [
    [ada, 'Ada’s parrot', 'Bob’s parrot'],
    [bob, 'Bob’s parrot', 'Ada’s parrot'],
  ]) {
    await person.go('/servers');
    await person.link(new RegExp(own)).waitFor();
    assert.equal(await person.page.getByText(other).count(), 0);
    assert.equal((await person.json('/v1/servers')).servers.length, 1);
  }

  // Nor by its address.
  for (const part of ['', '/try', '/versions', '/versions/1', '/calls', '/access', '/settings']) {
    await bob.go(`/servers/${hers}${part}`);
    await bob.see('There is no such server');
    assert.equal(await bob.page.getByText('Ada’s').count(), 0, part);
  }
  await bob.go(build);
  await bob.see('There is no such build');
  for (const path of ['', '/versions', '/versions/1/source', '/calls', '/logs', '/template'])
    assert.equal((await bob.page.request.get(`${origin}/v1/servers/${hers}${path}`)).status(), 404, path);

  // A client of his is not let in either; one of hers is listed for her alone.
  const { slug } = await ada.json('/v1/me/org');
  const [his_, hers_] = [await Client.start('His client'), await Client.start('Her client')];
  await his_.ask(bob, `${origin}/mcp/${slug}/parrot`);
  await bob.see('You cannot use this server');
  await hers_.connect(ada, `${origin}/mcp/${slug}/parrot`);
  assert.equal((await hers_.call('echo', { text: 'hers' })).result?.content?.[0]?.text, 'hers');
  await ada.go('/clients');
  await ada.see('Her client');
  await bob.go('/clients');
  await bob.see('No client is connected');
  await bob.go(`/servers/${his}/calls`);
  await bob.see('Calls');
  assert.equal((await bob.json(`/v1/servers/${his}/calls`)).calls.length, 0);
  his_.stop();
  hers_.stop();
}

async function start(person, email, whose) {
  await person.go('/sign-in');
  await person.signIn(email);
  await person.draft(`Say back what I say: ${whose}`);
}
