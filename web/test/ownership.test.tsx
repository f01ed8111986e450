import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { TemplateStatus } from '@/lib/market';
import { me } from './fixtures';
import { host, refuse } from './host';
import { template, templateDetail } from './market';
import { openApp } from './render';

/** A template of one's own, as the host keeps it. */
function own(status: TemplateStatus = 'published', statusReason: string | null = null) {
  const kept = { status };
  host.use(
    http.get('*/v1/templates/notion-notes', () =>
      HttpResponse.json(templateDetail({ own: true, serverId: 'srv_01', status: kept.status, statusReason })),
    ),
    http.patch('*/v1/templates/notion-notes/visibility', async ({ request }) => {
      kept.status = ((await request.json()) as { visibility: TemplateStatus }).visibility;
      return HttpResponse.json(template(kept));
    }),
  );
}

test('an owner hides a template, and shows it again', async () => {
  own();
  const { user } = openApp('/templates/notion-notes');
  expect(await screen.findByText(/Its 12 forks go on as they are/)).toBeVisible();
  expect(screen.queryByText('Report this template')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Hide template' }));
  expect(await screen.findByText('Unpublished: nobody else finds it')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show template again' }));
  expect(await screen.findByRole('button', { name: 'Hide template' })).toBeVisible();
});

test('what an admin has decided meanwhile is said, and shown', async () => {
  own();
  const { user } = openApp('/templates/notion-notes');
  const hide = await screen.findByRole('button', { name: 'Hide template' });
  own('hidden', 'It is not what it says.');
  host.use(
    http.patch('*/v1/templates/notion-notes/visibility', () =>
      refuse(409, 'template_hidden', 'the template was hidden by an admin'),
    ),
  );
  await user.click(hide);
  expect(await screen.findByText('The admin’s reason: It is not what it says.')).toBeVisible();
  expect(screen.getByLabelText('Why it should not be hidden')).toBeVisible();
});

test('an owner appeals, once', async () => {
  own('taken_down', 'It sends what it reads elsewhere.');
  const sent: unknown[] = [];
  host.use(
    http.post('*/v1/templates/notion-notes/appeal', async ({ request }) => {
      sent.push(await request.json());
      return sent.length === 1
        ? refuse(429, 'rate_limited', 'you have reported or appealed 20 times in a day')
        : HttpResponse.json({ caseId: 'cas_01' }, { status: 201 });
    }),
  );
  const { user } = openApp('/templates/notion-notes');
  expect(await screen.findByText('The admin’s reason: It sends what it reads elsewhere.')).toBeVisible();
  expect(screen.getByText('Taken down: nobody else finds it, and no fork of it answers')).toBeVisible();
  const appeal = screen.getByRole('button', { name: 'Appeal' });
  expect(appeal).toBeDisabled();
  await user.type(screen.getByLabelText('Why it should not be taken down'), 'That host is ours.');
  await user.click(appeal);
  expect(await screen.findByText('rate_limited')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Appeal' }));
  expect(await screen.findByText(/Appeal sent/)).toBeVisible();
  expect(sent).toEqual([{ text: 'That host is ours.' }, { text: 'That host is ours.' }]);
});

test('an appeal that waits already is said so; who is no owner is told who can', async () => {
  own('hidden');
  host.use(
    http.post('*/v1/templates/notion-notes/appeal', () => refuse(409, 'already_appealed', 'you have an open appeal')),
  );
  const { user, unmount } = openApp('/templates/notion-notes');
  await user.type(await screen.findByLabelText('Why it should not be hidden'), 'Look again.');
  await user.click(screen.getByRole('button', { name: 'Appeal' }));
  expect(await screen.findByText(/waiting for an admin already/)).toBeVisible();
  unmount();

  host.use(http.get('*/v1/auth/me', () => HttpResponse.json({ ...me, role: 'developer' })));
  openApp('/templates/notion-notes');
  await waitFor(() => expect(screen.getByText('An owner of your organisation can appeal.')).toBeVisible());
  expect(screen.queryByRole('button', { name: 'Appeal' })).toBeNull();
});
