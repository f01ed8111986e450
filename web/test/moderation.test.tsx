import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { Case } from '@/lib/moderation';
import { appeal, decisions, report } from './admin';
import { host, refuse } from './host';
import { line, templateDetail } from './market';
import { openApp } from './render';

/** The queue, from which what was decided goes. */
function queue(...cases: Case[]) {
  const sent: unknown[] = [];
  let open = cases;
  host.use(
    http.get('*/v1/admin/cases', ({ request }) => {
      const state = new URL(request.url).searchParams.get('state');
      return HttpResponse.json({ cases: state === 'open' ? open : [], nextCursor: null });
    }),
    http.patch('*/v1/admin/cases/:id', async ({ request, params }) => {
      const decision = (await request.json()) as { upheld: boolean; reason: string };
      sent.push(decision);
      const one = open.find(({ id }) => id === params.id) as Case;
      open = open.filter(({ id }) => id !== params.id);
      const state = decision.upheld ? 'upheld' : 'dismissed';
      const restored = {
        awaitsSecondAdmin: false,
        stopped: 0,
        verified: false,
        status: 'published',
        slug: 'team-wiki',
      };
      return HttpResponse.json({
        case: { ...one, state },
        moderated: one.kind === 'appeal' && decision.upheld ? restored : null,
      });
    }),
  );
  return sent;
}

test('who is no admin is told so, and finds no way here', async () => {
  host.use(
    http.get('*/v1/admin/cases', () =>
      refuse(403, 'not_an_admin', 'only admins of this platform may do this: its operator makes them'),
    ),
  );
  openApp('/admin');
  expect(await screen.findByText('This page is for admins of the platform.')).toBeVisible();
  expect(screen.queryByRole('alert')).toBeNull();
  expect(screen.queryByRole('navigation', { name: 'Moderation' })).toBeNull();
  expect(
    within(screen.getByRole('navigation', { name: 'Main' })).queryByRole('link', { name: /admin|moder/i }),
  ).toBeNull();
});

test('cases are decided with a reason, and leave the queue', async () => {
  const sent = queue(report(), appeal);
  const { user } = openApp('/admin');
  const list = await screen.findByRole('list', { name: 'Cases' });
  const [first, second] = within(list).getAllByRole('listitem') as [HTMLElement, HTMLElement];
  expect(first).toHaveTextContent('Report: malicious about Notion notes');
  expect(first).toHaveTextContent('12 forks · by usr_07');
  expect(within(first).getByRole('button', { name: 'Dismiss report' })).toBeDisabled();
  await user.type(within(first).getByLabelText('Reason'), 'It does what it says.');
  await user.click(within(first).getByRole('button', { name: 'Dismiss report' }));
  const told = await screen.findByText('Report about Notion notes dismissed.');
  expect(told.parentElement).toHaveFocus();

  expect(second).toHaveTextContent('Upholding shows the template again, and its forks may answer');
  await user.type(within(second).getByLabelText('Reason'), 'The host is theirs.');
  await user.click(within(second).getByRole('button', { name: 'Uphold and restore' }));
  expect(await screen.findByText(/Appeal about Team wiki upheld. Restored: it is shown again./)).toBeVisible();
  expect(await screen.findByText(/^Nothing waits/)).toBeVisible();
  expect(sent).toEqual([
    { upheld: false, reason: 'It does what it says.' },
    { upheld: true, reason: 'The host is theirs.' },
  ]);
});

test('a decision that another admin was first with is refused in the host’s words', async () => {
  queue(report());
  host.use(
    http.patch('*/v1/admin/cases/:id', () => refuse(409, 'already_decided', 'the case has been decided already')),
  );
  const { user } = openApp('/admin');
  await user.type(await screen.findByLabelText('Reason'), 'No.');
  await user.click(screen.getByRole('button', { name: 'Uphold report' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('the case has been decided already');
});

test('a takedown names what stops, and says when it waits for a second admin', async () => {
  queue(report());
  const sent: unknown[] = [];
  const moderated = { slug: 'notion-notes', status: 'published', verified: true, awaitsSecondAdmin: true, stopped: 0 };
  host.use(
    http.get('*/v1/templates/notion-notes', () => HttpResponse.json(templateDetail({ verified: true }))),
    http.patch('*/v1/admin/templates/notion-notes', async ({ request }) => {
      sent.push(await request.json());
      return sent.length === 1
        ? HttpResponse.json(moderated, { status: 202 })
        : refuse(409, 'second_admin_needed', 'you are the first, so another one has to confirm it');
    }),
  );
  const { user } = openApp('/admin');
  await user.click(await screen.findByText('Decide about the template'));
  await user.click(await screen.findByRole('radio', { name: 'Take down' }));
  expect(screen.getByText(/Every fork of it stops at once.*takes two admins/)).toBeVisible();
  const takeDown = screen.getByRole('button', { name: 'Take down Notion notes' });
  expect(takeDown).toBeDisabled();
  await user.type(screen.getAllByLabelText('Reason')[1] as HTMLElement, 'It exfiltrates.');
  await user.click(takeDown);
  expect(await screen.findByText(/Notion notes: Asked for. Nothing is stopped before another admin/)).toBeVisible();
  expect(sent).toEqual([{ action: 'takedown', reason: 'It exfiltrates.' }]);

  await user.click(screen.getByRole('radio', { name: 'Take down' }));
  await user.type(screen.getAllByLabelText('Reason')[1] as HTMLElement, 'Again.');
  await user.click(screen.getByRole('button', { name: 'Take down Notion notes' }));
  expect(await screen.findByText('second_admin_needed')).toBeVisible();
});

test('templates are listed by status, and one that leaves its list is told of', async () => {
  let hidden = false;
  host.use(
    http.get('*/v1/admin/cases', () => HttpResponse.json({ cases: [], nextCursor: null })),
    http.get('*/v1/admin/templates', ({ request }) => {
      const status = new URL(request.url).searchParams.get('status');
      const here = hidden ? 'hidden' : 'published';
      return HttpResponse.json({ templates: status === here ? [line()] : [], nextCursor: null });
    }),
    http.get('*/v1/templates/notion-notes', () =>
      HttpResponse.json(templateDetail({ status: hidden ? 'hidden' : 'published' })),
    ),
    http.patch('*/v1/admin/templates/notion-notes', () => {
      hidden = true;
      return HttpResponse.json({
        slug: 'notion-notes',
        status: 'hidden',
        verified: false,
        awaitsSecondAdmin: false,
        stopped: 0,
      });
    }),
  );
  const { user } = openApp('/admin');
  const tabs = within(await screen.findByRole('navigation', { name: 'Moderation' }));
  await user.click(tabs.getByRole('link', { name: 'Templates' }));
  await user.click(await screen.findByText('Decide about the template'));
  await user.click(await screen.findByRole('radio', { name: 'Hide' }));
  await user.type(screen.getByLabelText('Reason'), 'Not what it says.');
  await user.click(screen.getByRole('button', { name: 'Hide Notion notes' }));
  expect(await screen.findByText('Notion notes: Hidden. Its forks go on.')).toBeVisible();
  expect(await screen.findByText('No template is published.')).toBeVisible();
  await user.click(screen.getByRole('link', { name: 'Hidden' }));
  await user.click(await screen.findByText('Decide about the template'));
  expect(await screen.findByRole('radio', { name: 'Restore' })).toBeVisible();
});

test('the log says what was decided, and why', async () => {
  host.use(
    http.get('*/v1/admin/audit', ({ request }) =>
      new URL(request.url).searchParams.get('cursor') === '7'
        ? HttpResponse.json({ entries: decisions.slice(1), nextCursor: null })
        : HttpResponse.json({ entries: decisions.slice(0, 1), nextCursor: 7 }),
    ),
  );
  const { user } = openApp('/admin?view=log');
  const list = await screen.findByRole('list', { name: 'Decisions' });
  expect(within(list).getByText('Template taken down')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'More' }));
  await waitFor(() => expect(within(list).getAllByRole('listitem')).toHaveLength(2));
  expect(list).toHaveTextContent('It does what it says.');
});
