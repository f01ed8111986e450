import type { Role } from '@/lib/contract';
import { governs, roles } from '@/lib/organisation';
import { capital } from '@/lib/words';
import { Choice } from '@/ui/Field';

interface Props {
  label: string;
  /** Of who chooses: nobody gives a role that they do not govern. */
  by: Role;
  role: Role;
  onRole: (role: Role) => void;
}

/** One of the roles that one may give, and what it may do. */
export function RoleField({ label, by, role, onRole }: Props) {
  const given = roles.filter(([one]) => governs(by, one));
  return (
    <Choice
      label={label}
      hint={given.find(([one]) => one === role)?.[1]}
      options={given.map(([one]) => [one, capital(one)] as const)}
      value={role}
      onChange={(event) => {
        const chosen = given.find(([one]) => one === event.target.value);
        if (chosen) onRole(chosen[0]);
      }}
    />
  );
}
