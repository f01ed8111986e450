import type { Me } from '@/lib/contract';
import { manages } from '@/lib/organisation';
import { Page } from '@/ui/Page';
import { EndOrganisation } from './EndOrganisation';
import { Invites } from './Invites';
import { Leave } from './Leave';
import { Members } from './Members';
import { NameForm } from './NameForm';

interface Props {
  me: Me;
  /** After leaving or ending it: its pages are of another organisation then. */
  onGone: () => Promise<void>;
}

/** The organisation that one acts in: its name, who belongs to it, who may join, and the end of it. */
export function OrganisationPage({ me, onGone }: Props) {
  const { org, role } = me;
  return (
    <Page
      title="Organisation"
      lead={
        <span className="wrap-anywhere">
          {org.name}. The URLs of its servers begin with <code>/mcp/{org.slug}</code>, for good.
        </span>
      }
    >
      <div className="grid max-w-3xl gap-10">
        {manages(role) && <NameForm key={org.id} name={org.name} />}
        <Members me={me} />
        {manages(role) && <Invites role={role} />}
        <Leave me={me} onGone={onGone} />
        {role === 'owner' && <EndOrganisation org={org} onGone={onGone} />}
      </div>
    </Page>
  );
}
