import { WaitingCount } from '@/features/reviews/WaitingCount';
import type { Me } from '@/lib/contract';
import { decides, readsAudit } from '@/lib/organisation';
import { NavLink } from './-NavLink';

/** The organisation’s pages that are for one’s role, and the platform’s for its admins. */
export function OrgLinks({ me: { role, platformAdmin } }: { me: Me }) {
  return (
    <>
      {decides(role) && (
        <NavLink to="/reviews">
          To approve
          <WaitingCount />
        </NavLink>
      )}
      <NavLink to="/usage">Usage and plan</NavLink>
      <NavLink to="/clients">Connected clients</NavLink>
      <NavLink to="/keys">API keys</NavLink>
      <NavLink to="/organisation">Organisation</NavLink>
      {readsAudit(role) && <NavLink to="/audit">Audit log</NavLink>}
      {platformAdmin && <NavLink to="/admin">Moderation</NavLink>}
    </>
  );
}
