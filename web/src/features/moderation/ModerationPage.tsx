import type { TemplateStatus } from '@/lib/market';
import type { CaseState } from '@/lib/moderation';
import { Page } from '@/ui/Page';
import { Cases } from './Cases';
import { Log } from './Log';
import { Templates } from './Templates';
import type { View } from './Views';

interface Props {
  view: View;
  state: CaseState;
  status: TemplateStatus;
}

/** What admins of the platform see and decide. */
export function ModerationPage({ view, state, status }: Props) {
  return (
    <Page title="Moderation">
      {view === 'cases' && <Cases key={state} state={state} />}
      {view === 'templates' && <Templates key={status} status={status} />}
      {view === 'log' && <Log />}
    </Page>
  );
}
