import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { ServerDetail } from '@/lib/contract';
import type { ServerTemplate } from '@/lib/market';
import { detail, liveBuild, me, problem } from './fixtures';
import { buildStream, host } from './host';
import { template, templateDetail, unrelated } from './market';
import { openApp } from './render';

const page = '/servers/srv_01/builds/bld_01';

/** Takes what is published; refused with `problem`, if one is given. */
function catchPublishing(refusal?: object) {
  const sent: unknown[] = [];
  host.use(
    http.post('*/v1/templates', async ({ request }) => {
      sent.push(await request.json());
      if (refusal) return HttpResponse.json(refusal, { status: 422 });
      return HttpResponse.json(template({ release: 1 }), { status: 201 });
    }),
  );
  return sent;
}

function serverIs(change: Partial<ServerDetail>, of: ServerTemplate = unrelated) {
  host.use(
    http.get('*/v1/servers/srv_01', () => HttpResponse.json(detail(change))),
    http.get('*/v1/servers/srv_01/template', () => HttpResponse.json(of)),
  );
}

beforeEach(() => {
  host.use(
    buildStream.addEventListener('connection', ({ client }) => {
      for (const event of liveBuild) client.send(JSON.stringify(event));
    }),
  );
});

test('a live server is shared by one click, and not before', async () => {
  const sent = catchPublishing();
  const { user } = openApp(page);
  expect(await screen.findByRole('checkbox', { name: 'Share it as a template' })).toBeChecked();
  expect(screen.getByText('Your secrets stay private; your code becomes public.')).toBeVisible();
  expect(screen.getByLabelText('Title')).toHaveValue('Notion notes');
  await user.selectOptions(screen.getByLabelText('Category'), 'Knowledge');
  expect(sent).toEqual([]);

  await user.click(screen.getByRole('button', { name: 'Publish template' }));
  const link = await screen.findByRole('link', { name: 'Notion notes' });
  expect(link).toHaveAttribute('href', '/templates/notion-notes');
  expect(screen.queryByRole('button', { name: 'Publish template' })).toBeNull();
  expect(sent).toEqual([
    {
      serverId: 'srv_01',
      title: 'Notion notes',
      category: 'knowledge',
      shortDescription: 'Finds pages in a Notion workspace and reads them as text.',
    },
  ]);
});

test('who unticks the box or passes by publishes nothing', async () => {
  const sent = catchPublishing();
  const { user, router } = openApp(page);
  await user.click(await screen.findByRole('checkbox', { name: 'Share it as a template' }));
  expect(screen.queryByRole('button', { name: 'Publish template' })).toBeNull();
  await user.click(screen.getByRole('checkbox', { name: 'Share it as a template' }));
  await user.click(screen.getByRole('link', { name: 'Open the server’s page' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/servers/srv_01'));
  expect(sent).toEqual([]);
});

test('what cannot be public is listed with its place', async () => {
  catchPublishing({
    ...problem(422, 'publish_blocked', 'this cannot be public as it is: 3 places to mend'),
    findings: [
      {
        pointer: '/spec/tools/0/implementation',
        line: 2,
        kind: 'secret',
        excerpt: 'ntn_…',
        why: 'it looks like a secret (Notion token): take it out',
      },
      {
        pointer: '/spec/tools/1/inputSchema/properties/page_id/description',
        line: 1,
        kind: 'instruction',
        excerpt: '<img src=x onerror=alert(1)>',
        why: 'it gives orders to a model',
      },
      { pointer: '/title', line: 1, kind: 'look_alike', excerpt: 'Nоtion', why: 'its letters look like others' },
    ],
  });
  const { user } = openApp(page);
  await user.click(await screen.findByRole('button', { name: 'Publish template' }));
  const alert = await screen.findByRole('alert');
  expect(within(alert).getByText(/2 places in version 1 cannot be public/)).toBeVisible();
  expect(alert).toHaveTextContent('search_pages, line 2 of its code: ntn_…It looks like a secret (Notion token)');
  expect(alert).toHaveTextContent('read_page, its argument page_id: <img src=x onerror=alert(1)>');
  expect(document.querySelector('img[src="x"]')).toBeNull();
  expect(screen.getByLabelText('Title')).toHaveAccessibleDescription('Its letters look like others');
});

test('what only looks like a secret is said to be none, and published then', async () => {
  const digest = '9f'.repeat(32);
  const sent = catchPublishing({
    ...problem(422, 'publish_blocked', 'this cannot be public as it is: 1 place to mend'),
    findings: [
      {
        pointer: '/spec/tools/0/implementation',
        line: 2,
        kind: 'secret',
        excerpt: '9f8e…',
        why: 'it looks like a secret (long random text): take it out; if it is none, say so',
        digest,
      },
    ],
  });
  const { user } = openApp(page);
  await user.click(await screen.findByRole('button', { name: 'Publish template' }));
  await user.click(await screen.findByRole('checkbox', { name: 'This is no secret: it may be public' }));
  expect(screen.getByText('Publish again. The audit log keeps that you have said so.')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Publish template' }));
  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[0]).not.toHaveProperty('notSecrets');
  expect(sent[1]).toMatchObject({ notSecrets: [digest] });
});

test('a mistake in what is said stands at its field', async () => {
  catchPublishing({
    ...problem(422, 'listing_invalid', 'what is said of the template cannot be shown'),
    problems: [{ pointer: '/shortDescription', message: 'must have 1 to 160 characters, on one line' }],
  });
  const { user } = openApp(page);
  await user.clear(await screen.findByLabelText('Short description'));
  await user.click(screen.getByRole('button', { name: 'Publish template' }));
  await waitFor(() => expect(screen.getByLabelText('Short description')).toBeInvalid());
  expect(screen.getByText('Must have 1 to 160 characters, on one line')).toBeVisible();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('forks are not offered to be shared, nor servers to others than owners', async () => {
  serverIs({ templateId: 'tpl_01' });
  const { unmount } = openApp(page);
  expect(await screen.findByRole('heading', { name: 'Connect a client' })).toBeVisible();
  expect(screen.queryByRole('checkbox')).toBeNull();
  unmount();
  serverIs({});
  host.use(http.get('*/v1/auth/me', () => HttpResponse.json({ ...me, role: 'developer' })));
  openApp(page);
  expect(await screen.findByRole('heading', { name: 'Connect a client' })).toBeVisible();
  expect(screen.queryByRole('checkbox')).toBeNull();
});

test('what is shared already is said so', async () => {
  serverIs({}, { ...unrelated, published: template(), publishedVersion: 1 });
  openApp(page);
  expect(await screen.findByText(/Shared as the template/)).toBeVisible();
  expect(screen.queryByRole('checkbox')).toBeNull();
});

test('another version is published as the next release, with all that was said before', async () => {
  const hint = 'From the settings of your workspace.';
  const requiredSecrets = templateDetail().requiredSecrets.map((secret) => ({ ...secret, description: hint }));
  serverIs({ activeVersion: 2 }, { ...unrelated, published: template(), publishedVersion: 1 });
  host.use(
    http.get('*/v1/templates/notion-notes', () =>
      HttpResponse.json(templateDetail({ longDescription: 'At length.', requiredSecrets })),
    ),
  );
  const sent = catchPublishing();
  const { user } = openApp(page);
  await user.click(await screen.findByRole('button', { name: 'Publish version 2 as the next release' }));
  await screen.findByText(/release 1/);
  expect(sent).toMatchObject([
    {
      serverId: 'srv_01',
      longDescription: 'At length.',
      secretHints: [{ key: 'NOTION_TOKEN', hint, howToGetUrl: 'https://www.notion.so/my-integrations' }],
    },
  ]);
});
