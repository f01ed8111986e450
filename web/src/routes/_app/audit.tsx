import { createFileRoute } from '@tanstack/react-router';
import { AuditLog } from '@/features/audit/AuditLog';
import { useMe } from '@/features/session/api';
import { type AuditFilter, filterNames } from '@/lib/audit';
import { readsAudit } from '@/lib/organisation';
import { NotForYou } from '@/ui/NotForYou';

export const Route = createFileRoute('/_app/audit')({
  // What is left out here would stay as it came: each is named.
  validateSearch: (search): AuditFilter =>
    Object.fromEntries(
      filterNames.map((name) => {
        const value = search[name];
        return [name, typeof value === 'string' && value !== '' ? value : undefined];
      }),
    ),
  component: Audit,
});

function Audit() {
  const { role, org } = useMe();
  const filter = Route.useSearch();
  const navigate = Route.useNavigate();
  if (!readsAudit(role)) {
    return (
      <NotForYou title="Audit log" role={role} org={org.name}>
        Who changed what is shown to owners, admins and reviewers.
      </NotForYou>
    );
  }
  return (
    <AuditLog
      filter={filter}
      onFilter={(filter) =>
        void navigate({
          search: Object.fromEntries(filterNames.map((name) => [name, filter[name]])),
          replace: true,
          resetScroll: false,
        })
      }
    />
  );
}
