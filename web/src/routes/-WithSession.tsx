import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sessionOptions } from '@/features/session/api';
import type { Session } from '@/lib/queryClient';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';

/** Shows what stands in it once it is known who is signed in. */
export function WithSession({ children }: { children: (session: Session) => ReactNode }) {
  const { data: session, error, refetch } = useQuery(sessionOptions);
  if (session) return children(session);
  return (
    <main className="mx-auto max-w-[1120px] px-4 py-8 sm:px-8">
      {error ? (
        <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />
      ) : (
        <Skeleton lines={4} />
      )}
    </main>
  );
}
