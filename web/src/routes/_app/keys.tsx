import { createFileRoute } from '@tanstack/react-router';
import { KeysPage } from '@/features/keys/KeysPage';
import { useMe } from '@/features/session/api';

interface Search {
  of?: 'everyone' | undefined;
}

export const Route = createFileRoute('/_app/keys')({
  validateSearch: ({ of }): Search => ({ of: of === 'everyone' ? of : undefined }),
  component: Keys,
});

function Keys() {
  const { role, platformAdmin } = useMe();
  const { of } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <KeysPage
      role={role}
      moderates={platformAdmin}
      all={of === 'everyone'}
      onAll={(all) => void navigate({ search: { of: all ? 'everyone' : undefined }, replace: true })}
    />
  );
}
