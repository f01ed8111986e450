import { useNavigate } from '@tanstack/react-router';
import { OrgSwitch } from '@/features/organisation/OrgSwitch';
import type { Me } from '@/lib/contract';
import { OrgLinks } from './-OrgLinks';

/** In the menu: the organisation’s pages, which a phone has no other place for, and the other organisations. */
export function OrgSection({ me }: { me: Me }) {
  const navigate = useNavigate();
  return (
    <>
      <nav aria-label="Organisation" className="-mx-2 grid border-line border-y py-2 md:hidden">
        <OrgLinks me={me} />
      </nav>
      <OrgSwitch me={me} onEntered={() => navigate({ to: '/servers' })} />
    </>
  );
}
