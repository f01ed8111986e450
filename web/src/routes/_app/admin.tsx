import { createFileRoute } from '@tanstack/react-router';
import { ModerationPage } from '@/features/moderation/ModerationPage';
import { type View, views } from '@/features/moderation/Views';
import type { TemplateStatus } from '@/lib/market';
import { type CaseState, caseStates, statuses } from '@/lib/moderation';

interface Search {
  view?: View | undefined;
  state?: CaseState | undefined;
  status?: TemplateStatus | undefined;
}

/** For admins of the platform; the API knows who is one. */
export const Route = createFileRoute('/_app/admin')({
  validateSearch: ({ view, state, status }): Search => ({
    view: views.find((one) => one === view && one !== 'cases'),
    state: caseStates.find((one) => one === state && one !== 'open'),
    status: statuses.find((one) => one === status && one !== 'published'),
  }),
  component: Admin,
});

function Admin() {
  const { view = 'cases', state = 'open', status = 'published' } = Route.useSearch();
  return <ModerationPage view={view} state={state} status={status} />;
}
