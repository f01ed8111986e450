import { Link } from '@tanstack/react-router';
import type { TemplateStatus } from '@/lib/market';
import type { CaseState } from '@/lib/moderation';
import { Page } from '@/ui/Page';
import { Cases } from './Cases';
import { Log } from './Log';
import { Templates } from './Templates';

export const views = ['cases', 'templates', 'log'] as const;
export type View = (typeof views)[number];

interface Props {
  view: View;
  state: CaseState;
  status: TemplateStatus;
}

const names: Record<View, string> = { cases: 'Cases', templates: 'Templates', log: 'Decisions' };

/** What admins of the platform see and decide. */
export function ModerationPage({ view, state, status }: Props) {
  return (
    <Page
      title="Moderation"
      lead="For admins of this platform. Every decision takes a reason, and stands in the log with it."
    >
      <nav aria-label="Moderation" className="flex gap-1">
        {views.map((one) => (
          <Link
            key={one}
            to="/admin"
            search={{ view: one === 'cases' ? undefined : one }}
            activeOptions={{ includeSearch: false }}
            aria-current={one === view ? 'page' : undefined}
            className={`rounded-md px-2 py-1.5 ${one === view ? 'bg-sunken font-medium text-ink' : 'text-muted hover:bg-sunken hover:text-ink'}`}
          >
            {names[one]}
          </Link>
        ))}
      </nav>
      {view === 'cases' && <Cases key={state} state={state} />}
      {view === 'templates' && <Templates key={status} status={status} />}
      {view === 'log' && <Log />}
    </Page>
  );
}
