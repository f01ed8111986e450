import { createFileRoute } from '@tanstack/react-router';
import { PlanSection } from '@/features/billing/PlanSection';
import { useMe } from '@/features/session/api';
import { UsagePage } from '@/features/usage/UsagePage';

interface Search {
  server?: string | undefined;
}

export const Route = createFileRoute('/_app/usage')({
  validateSearch: ({ server }): Search => ({ server: typeof server === 'string' ? server : undefined }),
  component: Usage,
});

function Usage() {
  const { role } = useMe();
  const { server } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <UsagePage
      server={server}
      onServer={(server) => void navigate({ search: { server }, replace: true, resetScroll: false })}
      plan={<PlanSection role={role} />}
    />
  );
}
