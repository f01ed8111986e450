import type { Role } from '@/lib/contract';
import { decides, readsAudit } from '@/lib/organisation';
import { NavLink } from './-NavLink';

/** The organisation’s pages that are for one’s role. */
export function OrgLinks({ role }: { role: Role }) {
  return (
    <>
      {decides(role) && <NavLink to="/reviews">To approve</NavLink>}
      <NavLink to="/usage">Usage and plan</NavLink>
      <NavLink to="/clients">Connected clients</NavLink>
      <NavLink to="/keys">API keys</NavLink>
      <NavLink to="/organisation">Organisation</NavLink>
      {readsAudit(role) && <NavLink to="/audit">Audit log</NavLink>}
    </>
  );
}
