import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { ServerDetail } from '@/lib/contract';
import { detail } from './fixtures';
import { host, refuse } from './host';
import { forkedFrom, template, unrelated, update } from './market';
import { openApp } from './render';

const page = '/servers/srv_01';

function serverIs(change: Partial<ServerDetail>, of = forkedFrom()) {
  host.use(
    http.get('*/v1/servers/srv_01', () => HttpResponse.json(detail({ templateId: 'tpl_01', ...change }))),
    http.get('*/v1/servers/srv_01/template', () => HttpResponse.json(of)),
  );
}

test('a fork says what it was made from', async () => {
  serverIs({});
  openApp(page);
  const link = await screen.findByRole('link', { name: 'Notion notes' });
  expect(link).toHaveAttribute('href', '/templates/notion-notes');
  expect(link.parentElement).toHaveTextContent('Made from Notion notes, release 2.');
  expect(screen.queryByRole('button', { name: /^Take release/ })).toBeNull();
  expect(screen.queryByRole('checkbox')).toBeNull();
});

test('a taken-down server says why, and that its secrets stay', async () => {
  const statusReason = 'It sent <b>tokens</b> elsewhere.';
  serverIs({ status: 'paused', takenDown: true }, forkedFrom({ status: 'taken_down', statusReason, update }));
  openApp(page);
  const alert = await screen.findByRole('alert');
  expect(await within(alert).findByText(`The admin’s reason: ${statusReason}`)).toBeVisible();
  expect(alert).toHaveTextContent('Its secrets are kept, and sent nowhere.');
  expect(screen.getByText('Taken down')).toBeVisible();
  expect(screen.queryByText(/This server is paused/)).toBeNull();
  expect(screen.queryByRole('button', { name: /^Take release/ })).toBeNull();
});

test('a newer release says what it changes, and is taken by a click', async () => {
  let taken: unknown;
  serverIs({}, forkedFrom({ newestRelease: 3, update }));
  host.use(
    http.post('*/v1/servers/srv_01/template/update', async ({ request }) => {
      taken = await request.json();
      serverIs({ status: 'needs_approval' }, forkedFrom({ newestRelease: 3 }));
      return HttpResponse.json({ version: 2, buildId: 'bld_02' }, { status: 201 });
    }),
  );
  const { user } = openApp(page);
  const changes = await screen.findByRole('list', { name: 'What release 3 changes' });
  expect(changes).toHaveTextContent('+Reaches GET files.notion.com.');
  expect(changes).toHaveTextContent('–No longer has the tool read_page.');
  expect(screen.getByText(/waits until an owner or a reviewer approves it/)).toBeVisible();
  expect(screen.getByText('Code of search_pages: 1 added, 1 removed')).toBeVisible();
  expect(taken).toBeUndefined();
  await user.click(screen.getByRole('button', { name: 'Take release 3' }));
  expect(await screen.findByText('Waiting for approval')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Take release 3' })).toBeNull();
  expect(taken).toEqual({ release: 3 });
});

test('a release that asks for nothing more answers at once; one that is not the newest is refused', async () => {
  serverIs({}, forkedFrom({ newestRelease: 3, update: { ...update, asksForMore: false, changes: [] } }));
  host.use(
    http.post('*/v1/servers/srv_01/template/update', () =>
      refuse(409, 'not_newest_release', 'release 4 is the newest by now: look at that one'),
    ),
  );
  const { user } = openApp(page);
  expect(await screen.findByText(/so it answers at once/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Take release 3' }));
  expect(await screen.findByText('release 4 is the newest by now: look at that one')).toBeVisible();
});

test('a server of one’s own is shared from its page too, when its box is ticked', async () => {
  serverIs({ templateId: null }, unrelated);
  const { user, unmount } = openApp(page);
  const box = await screen.findByRole('checkbox', { name: 'Share it as a template' });
  expect(screen.queryByRole('button', { name: 'Publish template' })).toBeNull();
  await user.click(box);
  expect(screen.getByRole('button', { name: 'Publish template' })).toBeVisible();
  unmount();
  serverIs({ templateId: null }, { ...unrelated, published: template(), publishedVersion: 1 });
  openApp(page);
  expect(await screen.findByText(/Shared as the template/)).toBeVisible();
});
