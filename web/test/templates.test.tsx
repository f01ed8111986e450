import { screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { created, detail } from './fixtures';
import { host, refuse, signedOut } from './host';
import { forkPreview, line, sha256, templateDetail } from './market';
import { openApp } from './render';

/** Answers lists, and keeps what each was asked for. */
function listing(...templates: ReturnType<typeof line>[]) {
  const asked: string[] = [];
  host.use(
    http.get('*/v1/templates', ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json({ templates, nextCursor: null });
    }),
  );
  return asked;
}

test('everyone may look through templates', async () => {
  host.use(signedOut);
  listing(
    line({ verified: true, hosts: ['GET a.example', 'b.example/v1', 'c.example'] }),
    line({
      id: 'tpl_02',
      slug: 'n0tion',
      title: '<b>N0tion</b>',
      resembles: 'notion-notes',
      publisherSlug: 'ada-2',
      hosts: [],
    }),
  );
  openApp('/templates?tab=top');
  const list = await screen.findByRole('list', { name: 'Templates' });
  const [first, second] = within(list).getAllByRole('listitem') as [HTMLElement, HTMLElement];
  expect(first).toHaveTextContent('Verified');
  expect(first).toHaveTextContent('reaches a.example, b.example and 1 more');
  expect(first).toHaveTextContent('12 forks · 9 live');
  expect(within(second).getByRole('link', { name: '<b>N0tion</b>' })).toBeVisible();
  expect(second).toHaveTextContent('Not the verified notion-notes');
  expect(first).toHaveTextContent('Ada’s workshop ada');
  expect(second).toHaveTextContent('Ada’s workshop ada-2');
  expect(second).toHaveTextContent('reaches nothing');
  const back = { Yours: '/templates?tab=mine', 'Sign in': '/templates?tab=top' };
  for (const [name, next] of Object.entries(back)) {
    const link = screen.getByRole<HTMLAnchorElement>('link', { name });
    expect(new URL(link.href).searchParams.get('next')).toBe(next);
    expect(new URL(link.href).pathname).toBe('/sign-in');
  }
});

function marked() {
  const order = within(screen.getByRole('navigation', { name: 'Order' })).getAllByRole('link');
  return order.filter((link) => link.hasAttribute('aria-current')).map((link) => link.textContent);
}

test('the order that is shown is marked, and no other', async () => {
  listing(line({ status: 'unpublished' }));
  for (const [address, name] of [
    ['/templates', 'Trending'],
    ['/templates?tab=nonsense&q=a', 'Trending'],
    ['/templates?tab=mine', 'Yours'],
  ] as const) {
    const { unmount } = openApp(address);
    expect(await screen.findByText('Unpublished')).toBeVisible();
    expect(marked()).toEqual([name]);
    unmount();
  }
});

test('what is one’s own leads to signing in and back', async () => {
  host.use(signedOut);
  const asked = listing();
  const { router, user } = openApp('/templates?tab=mine');
  await user.click(await screen.findByRole('link', { name: 'Sign in to see yours' }));
  expect(await screen.findByLabelText('Mail address')).toBeVisible();
  expect(router.state.location.search).toEqual({ next: '/templates?tab=mine' });
  expect(asked).toEqual([]);
});

test('a search waits for a pause, and stands in the address', async () => {
  const asked = listing(line());
  const { user, router } = openApp('/templates');
  await screen.findByRole('link', { name: 'Notion notes' });
  await user.type(screen.getByLabelText('Search templates'), 'notion pages');
  await waitFor(() => expect(router.state.location.search).toEqual({ q: 'notion pages' }));
  await user.selectOptions(screen.getByLabelText('Category'), 'Knowledge');
  await user.click(screen.getByRole('link', { name: 'Top' }));
  await waitFor(() => expect(asked.at(-1)).toBe('?tab=top&category=knowledge&q=notion+pages'));
  expect(asked).toHaveLength(4);
  expect(router.state.location.search).toEqual({ tab: 'top', category: 'knowledge', q: 'notion pages' });
  expect(marked()).toEqual(['Top']);
});

test('an address leads back to a search, and what is not found can be left', async () => {
  const asked = listing();
  const { user } = openApp('/templates?q=7&category=web&tab=nonsense');
  await user.click(await screen.findByRole('button', { name: 'Show every template' }));
  expect(await screen.findByText('No templates yet')).toBeVisible();
  expect(screen.getByLabelText('Search templates')).toHaveValue('');
  expect(asked).toEqual(['?tab=trending&category=web&q=7', '?tab=trending']);
});

test('the next page is fetched when asked for', async () => {
  host.use(
    http.get('*/v1/templates', ({ request }) => {
      const cursor = new URL(request.url).searchParams.get('cursor');
      return cursor === '1~tpl_01'
        ? HttpResponse.json({ templates: [line({ id: 'tpl_00', title: 'Oldest' })], nextCursor: null })
        : HttpResponse.json({ templates: [line()], nextCursor: '1~tpl_01' });
    }),
  );
  const { user } = openApp('/templates');
  await user.click(await screen.findByRole('button', { name: 'More' }));
  expect(await screen.findByRole('link', { name: 'Oldest' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'More' })).toBeNull();
});

test('a list that fails says so', async () => {
  host.use(http.get('*/v1/templates', () => refuse(500, 'internal', 'Something failed on our side.')));
  openApp('/templates');
  expect(await screen.findByRole('alert')).toHaveTextContent('Something failed on our side.');
});

function templateIs(change: Parameters<typeof templateDetail>[0] = {}) {
  host.use(http.get('*/v1/templates/notion-notes', () => HttpResponse.json(templateDetail(change))));
}

test('a template shows all that whoever forks it should know, also signed out', async () => {
  host.use(signedOut);
  const [search] = templateDetail().spec.tools;
  templateIs({ spec: { ...templateDetail().spec, tools: search ? [{ ...search, description: '<i>Finds</i>' }] : [] } });
  openApp('/templates/notion-notes');
  expect(await screen.findByRole('heading', { name: 'Notion notes' })).toBeVisible();
  expect(screen.getByText('<i>Finds</i>')).toBeVisible();
  expect(screen.getByText('limit').parentElement).toHaveTextContent('limit integer, optional');
  expect(screen.getByText('Code: 9 lines of Rust')).toBeVisible();
  expect(screen.getByRole('region', { name: 'What it can do' })).toHaveTextContent('GET, POST · /v1 and below');
  expect(screen.getByRole('link', { name: 'How to get it' })).toHaveAttribute('rel', 'noopener noreferrer');
  expect(screen.getByText(sha256)).toBeVisible();
  expect(screen.getByRole('link', { name: 'Sign in to fork' })).toHaveAttribute(
    'href',
    '/sign-in?next=%2Ftemplates%2Fnotion-notes',
  );
});

test('a template that is not there is said so, and one that looks like another too', async () => {
  host.use(http.get('*/v1/templates/gone', () => refuse(404, 'not_found', 'There is no such template.')));
  const { unmount } = openApp('/templates/gone');
  expect(await screen.findByRole('heading', { name: 'There is no such template' })).toBeVisible();
  expect(screen.getByRole('link', { name: 'Go to all templates' })).toHaveAttribute('href', '/templates');
  unmount();
  templateIs({ resembles: 'the-real-one' });
  openApp('/templates/notion-notes');
  expect(await screen.findByRole('link', { name: 'the-real-one' })).toBeVisible();
});

let sent: unknown[] = [];
let forks = 0;

beforeEach(() => {
  sent = [];
  forks = 0;
  host.use(http.get('*/v1/servers/srv_01', () => HttpResponse.json(detail({ templateId: 'tpl_01' }))));
});

/** Each fork gives the next of these; each creation the next of those. */
function forking(previews: object[], answers: (() => Response)[]) {
  host.use(
    http.post('*/v1/templates/notion-notes/fork', () => HttpResponse.json(previews[forks++] ?? {})),
    http.post('*/v1/servers', async ({ request }) => {
      sent.push(await request.json());
      return answers[sent.length - 1]?.() ?? HttpResponse.error();
    }),
  );
}

const expired = () => refuse(410, 'fork_ref_expired', 'Fork it again.');
const made = () => HttpResponse.json({ ...created, templateId: 'tpl_01', status: 'live' }, { status: 201 });

async function fork(user: UserEvent) {
  await user.click(await screen.findByRole('button', { name: 'Fork' }));
  await user.type(await screen.findByLabelText('NOTION_TOKEN'), 'ntn_x');
}

test('a fork is a server of one’s own after one form', async () => {
  templateIs();
  forking([forkPreview()], [() => refuse(409, 'slug_taken', 'taken'), made]);
  const { user, router, client } = openApp('/templates/notion-notes');
  await fork(user);
  expect(screen.getByLabelText('Address')).toHaveValue('notion-notes-2');
  expect(screen.getByLabelText('NOTION_TOKEN')).toHaveAttribute('type', 'password');
  await user.click(screen.getByRole('button', { name: 'Create server' }));
  expect(await screen.findByText('notion-notes-2 is taken: choose another.')).toBeVisible();
  await user.clear(screen.getByLabelText('Address'));
  await user.type(screen.getByLabelText('Address'), 'notes');
  await user.click(screen.getByRole('button', { name: 'Create server' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/servers/srv_01'));
  expect(sent.at(-1)).toEqual({
    name: 'Notion notes',
    slug: 'notes',
    previewId: 'prv_11',
    templateId: 'tpl_01',
    secrets: { NOTION_TOKEN: 'ntn_x' },
  });
  await waitFor(() => expect(JSON.stringify(client.getMutationCache().getAll())).not.toContain('ntn_x'));
});

test('a reference that has run out is renewed once, silently', async () => {
  templateIs();
  forking([forkPreview(), forkPreview({ previewId: 'prv_12' })], [expired, made]);
  const { user, router } = openApp('/templates/notion-notes');
  await fork(user);
  await user.click(screen.getByRole('button', { name: 'Create server' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/servers/srv_01'));
  expect(sent).toMatchObject([{ previewId: 'prv_11' }, { previewId: 'prv_12' }]);
  expect(forks).toBe(2);
});

test('a release that nobody has looked at is not forked', async () => {
  templateIs();
  forking([forkPreview(), forkPreview({ previewId: 'prv_12', release: 3 })], [expired, made]);
  const { user } = openApp('/templates/notion-notes');
  await fork(user);
  await user.click(screen.getByRole('button', { name: 'Create server' }));
  expect(await screen.findByText(/Release 3 has come out meanwhile/)).toBeVisible();
  expect(sent).toHaveLength(1);
  await user.click(screen.getByRole('button', { name: 'Show the new release' }));
  expect(await screen.findByRole('button', { name: 'Fork' })).toBeVisible();
});

test('a template is reported with a concern and words', async () => {
  templateIs();
  let reported: unknown;
  host.use(
    http.post('*/v1/templates/notion-notes/reports', async ({ request }) => {
      reported = await request.json();
      return HttpResponse.json({ caseId: 'cas_01' }, { status: 201 });
    }),
  );
  const { user } = openApp('/templates/notion-notes');
  await user.click(await screen.findByText('Report this template'));
  await user.selectOptions(screen.getByLabelText('What is wrong'), 'Leaked secret');
  await user.type(screen.getByLabelText('What you saw'), 'A key in line 3.');
  await user.click(screen.getByRole('button', { name: 'Send report' }));
  expect(await screen.findByText(/An admin of this platform looks at it/)).toBeVisible();
  expect(reported).toEqual({ concern: 'leaked_secret', text: 'A key in line 3.' });
});
