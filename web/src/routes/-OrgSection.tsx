import { useNavigate } from '@tanstack/react-router';
import { OrgSwitch } from '@/features/organisation/OrgSwitch';
import type { Me } from '@/lib/contract';
import { NavLink } from './-NavLink';
import { OrgLinks } from './-OrgLinks';

/** In the menu: the pages that a phone has no other place for, and the other organisations. */
export function OrgSection({ me }: { me: Me }) {
  const navigate = useNavigate();
  return (
    <>
      <nav aria-label="Organisation" className="-mx-2 grid border-line border-y py-2 md:hidden">
        <OrgLinks me={me} />
      </nav>
      <nav aria-label="Help" className="-mx-2 grid border-line border-b pb-2 sm:hidden">
        <NavLink to="/docs">Docs</NavLink>
      </nav>
      <OrgSwitch me={me} onEntered={() => navigate({ to: '/servers' })} />
    </>
  );
}
