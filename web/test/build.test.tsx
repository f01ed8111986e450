import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { BuildEvent } from '@/lib/contract';
import { detail, events, failedBuild, liveBuild, mendedBuild } from './fixtures';
import { buildStream, host, refuse } from './host';
import { openApp } from './render';

const page = '/servers/srv_01/builds/bld_01';

/** Each connection gets its own events; all but the last one are cut after them. */
function streams(...connections: BuildEvent[][]) {
  let opened = 0;
  host.use(
    buildStream.addEventListener('connection', ({ client }) => {
      const last = opened >= connections.length - 1;
      for (const event of connections[opened] ?? []) client.send(JSON.stringify(event));
      if (!last) client.close(1012);
      opened += 1;
    }),
  );
  return () => opened;
}

test('a build is followed through a broken connection to its URL', async () => {
  const opened = streams(liveBuild.slice(0, 3), liveBuild);
  openApp(page);
  const progress = await screen.findByRole('region', { name: 'Build progress' });
  expect(await within(progress).findByText(/connection lost/)).toBeVisible();
  expect(await screen.findByRole('heading', { name: 'Notion notes is live' })).toBeVisible();
  expect(opened()).toBe(2);
  expect(within(progress).queryByText(/connection lost/)).toBeNull();
  expect(screen.getByText('http://127.0.0.1:8787/mcp/ada/notion-notes', { selector: 'code' })).toBeVisible();
  expect(screen.getByText(/Still missing: NOTION_TOKEN/)).toBeVisible();
  expect(screen.getByText('7 lines', { exact: false })).toBeVisible();
});

test('without WebSocket a build is followed by asking', async () => {
  let asked = 0;
  host.use(
    http.get('*/v1/builds/bld_01', () => {
      asked += 1;
      const events = asked === 1 ? liveBuild.slice(0, 2) : liveBuild;
      return HttpResponse.json({ id: 'bld_01', serverId: 'srv_01', state: 'compiling', events });
    }),
    buildStream.addEventListener('connection', ({ client }) => client.close(1011)),
  );
  openApp(page);
  expect(await screen.findByRole('heading', { name: 'Notion notes is live' })).toBeVisible();
  expect(asked).toBe(2);
});

test('each client has its snippet', async () => {
  streams(liveBuild);
  const { user } = openApp(page);
  await user.click(await screen.findByRole('tab', { name: 'Claude Code' }));
  expect(screen.getByRole('tabpanel')).toHaveTextContent(
    'claude mcp add --transport http notion-notes http://127.0.0.1:8787/mcp/ada/notion-notes',
  );
  await user.click(screen.getByRole('tab', { name: 'Cursor' }));
  const link = screen.getByRole<HTMLAnchorElement>('link', { name: 'Install in Cursor' });
  const config = new URL(link.href).searchParams.get('config') ?? '';
  expect(JSON.parse(atob(config))).toEqual({ url: 'http://127.0.0.1:8787/mcp/ada/notion-notes' });
  await user.click(screen.getByRole('tab', { name: 'ChatGPT' }));
  expect(screen.getByRole('tabpanel')).toHaveTextContent('cannot reach this address');
});

test('a failed build opens its log at the author’s line, and leads back to the draft', async () => {
  streams(failedBuild);
  let deleted = false;
  host.use(
    http.get('*/v1/servers/srv_01', () => HttpResponse.json(detail({ status: 'failed', activeVersion: null }))),
    http.delete('*/v1/servers/srv_01', () => {
      deleted = true;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = openApp('/');
  await user.type(await screen.findByLabelText('Describe the server'), 'Notes in Notion');
  await user.click(screen.getByRole('button', { name: 'Draft tools' }));
  await user.click(await screen.findByRole('button', { name: 'Build server' }));

  const code = await screen.findByRole('region', { name: 'search_pages, around line 8' });
  expect(code).toHaveTextContent('let pages = found');
  expect(screen.getByText('search_pages:8:21')).toBeVisible();
  expect(screen.getByText('There is a method with a similar name: as_array.')).toBeVisible();

  await user.click(await screen.findByRole('button', { name: 'Discard and edit the draft' }));
  expect(await screen.findByRole('heading', { name: 'Review the draft' })).toBeVisible();
  expect(deleted).toBe(true);
  expect(screen.getByLabelText('Address')).toHaveValue('notion-notes');
  // The code is open where it is wrong, and says how.
  expect(screen.getByLabelText('Code of search_pages')).toBeVisible();
  expect(screen.getByText(/^Line 8: no method named `as_arr` found/)).toBeVisible();
  expect(screen.queryByLabelText('Code of read_page')).toBeNull();
});

test('a failed build of a server that answers leaves it as it is', async () => {
  streams(failedBuild);
  openApp(page);
  expect(await screen.findByText(/Version 1 answers as before/)).toBeVisible();
  expect(screen.queryByRole('button', { name: /Discard/ })).toBeNull();
  const on = screen.getByRole('link', { name: 'Change it and build again' });
  expect(on).toHaveAttribute('href', '/servers/srv_01/versions');
});

test('a build that waits for approval leads to what it asks for', async () => {
  streams(events(['queued', 0], ['needs_approval', 900]));
  openApp(page);
  const on = await screen.findByRole('link', { name: 'See what it asks for' });
  expect(on).toHaveAttribute('href', '/servers/srv_01/versions');
});

test('a build of somebody else is not there', async () => {
  host.use(http.get('*/v1/builds/bld_01', () => refuse(404, 'not_found', 'There is no such build.')));
  openApp(page);
  expect(await screen.findByRole('heading', { name: 'There is no such build' })).toBeVisible();
});

test('a session that ends while a build is followed is said so', async () => {
  let asked = 0;
  host.use(
    http.get('*/v1/builds/bld_01', () =>
      asked++ === 0
        ? HttpResponse.json({ id: 'bld_01', serverId: 'srv_01', state: 'queued', events: [] })
        : refuse(401, 'unauthenticated', 'Sign in.'),
    ),
    http.get('*/v1/servers/srv_01', () => HttpResponse.json(detail())),
  );
  streams(liveBuild.slice(0, 2), []);
  openApp(page);
  await waitFor(() => expect(screen.getByText(/Your session has ended/)).toBeVisible());
});

test('what a model mends is told while it does, and shown with its lines', async () => {
  const events = mendedBuild.slice(0, 4);
  host.use(
    http.get('*/v1/builds/bld_01', () =>
      HttpResponse.json({ id: 'bld_01', serverId: 'srv_01', state: 'generating', events }),
    ),
  );
  streams([], mendedBuild);
  const { user } = openApp(page);
  const progress = await screen.findByRole('region', { name: 'Build progress' });
  expect(await within(progress).findByText(/a model mends the code, try 1 of 3/)).toBeVisible();
  expect(await screen.findByRole('heading', { name: 'Notion notes is live' })).toBeVisible();
  expect(within(progress).queryByText(/a model mends/)).toBeNull();
  await user.click(screen.getByText('9 lines', { exact: false }));
  const mended = screen.getByRole('region', { name: 'Mended in search_pages, line 8' });
  expect(mended).toHaveTextContent('taken out:–let pages = found["results"].as_arr()');
  expect(mended).toHaveTextContent('put in:+let pages = found["results"].as_array()');
});
