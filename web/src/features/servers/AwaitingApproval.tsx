import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { reviewsKey } from '@/lib/reviews';
import { buttonClass } from '@/ui/Button';
import { Notice } from '@/ui/Notice';

/** What a build leads to that asks for more than the version before it. */
export function AwaitingApproval({ serverId }: { serverId: string }) {
  const client = useQueryClient();

  // One more waits than was known.
  useEffect(() => {
    void client.invalidateQueries({ queryKey: reviewsKey });
  }, [client]);

  return (
    <Notice tone="decide">
      <div className="grid justify-items-start gap-3">
        <p>
          It is built, and asks for more than the version that answers. It waits until an owner or a reviewer approves
          it; until then nothing has changed for clients.
        </p>
        <Link to="/servers/$serverId/versions" params={{ serverId }} className={buttonClass()}>
          See what it asks for
        </Link>
      </div>
    </Notice>
  );
}
