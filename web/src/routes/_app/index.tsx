import { createFileRoute } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { type Checkout, CheckoutNotice } from '@/features/billing/CheckoutNotice';
import { useMe } from '@/features/session/api';
import { Wizard } from '@/features/wizard/Wizard';

interface Search {
  checkout?: Checkout | undefined;
}

export const Route = createFileRoute('/_app/')({
  validateSearch: ({ checkout }): Search => ({
    checkout: checkout === 'done' || checkout === 'cancelled' ? checkout : undefined,
  }),
  component: NewServer,
});

function NewServer() {
  const { user, org } = useMe();
  const navigate = Route.useNavigate();
  const { checkout } = Route.useSearch();
  const [cameBack] = useState(checkout);

  // It is told once: a reload is no second payment.
  useEffect(() => {
    if (checkout) void navigate({ search: {}, replace: true });
  }, [checkout, navigate]);

  return (
    <div className="grid gap-6">
      {cameBack && <CheckoutNotice checkout={cameBack} />}
      <Wizard
        userId={user.id}
        urlBase={`${location.origin}/mcp/${org.slug}`}
        onCreated={({ id, buildId }) =>
          navigate({ to: '/servers/$serverId/builds/$buildId', params: { serverId: id, buildId } })
        }
      />
    </div>
  );
}
