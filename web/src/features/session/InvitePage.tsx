import { useQuery } from '@tanstack/react-query';
import { ApiError } from '@/lib/api';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { sessionOptions, useAcceptInvite, useSignOut } from './api';
import { LinkForm } from './LinkForm';
import { Narrow } from './Narrow';
import { OtherWays } from './OtherWays';

/** Where a mailed invitation leads. Who is not signed in signs in first, with the address that it was mailed to. */
export function InvitePage({ token, onJoined }: { token: string | undefined; onJoined: () => void }) {
  const { data: session, error, refetch } = useQuery(sessionOptions);
  if (!token) {
    return (
      <Narrow title="This invitation is incomplete">
        <p>Its link has lost its end. Copy the whole of it from the mail.</p>
      </Narrow>
    );
  }
  if (!session) {
    return (
      <Narrow title="You are invited">
        {error ? (
          <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />
        ) : (
          <Skeleton lines={2} />
        )}
      </Narrow>
    );
  }
  if (!session.me) {
    const here = `/invite?token=${encodeURIComponent(token)}`;
    return (
      <Narrow title="You are invited">
        <p>Sign in with the address that the invitation was mailed to. That leads back here, to join.</p>
        <LinkForm next={here} />
        <OtherWays next={here} />
      </Narrow>
    );
  }
  return <Join token={token} email={session.me.user.email} onJoined={onJoined} />;
}

function Join({ token, email, onJoined }: { token: string; email: string; onJoined: () => void }) {
  const accept = useAcceptInvite();
  const signOut = useSignOut();
  const forAnother = accept.error instanceof ApiError && accept.error.code === 'invite_for_another';
  return (
    <Narrow title="You are invited">
      <p className="wrap-anywhere">
        You are signed in as {email}. Joining shows this address to the other members; you can leave at any time.
      </p>
      {accept.error && <Problem error={accept.error} />}
      {signOut.error && <Problem error={signOut.error} />}
      {forAnother ? (
        <Button onClick={() => signOut.mutate()} busy={signOut.isPending && 'Signing out…'}>
          Sign out
        </Button>
      ) : (
        <Button
          look="primary"
          busy={(accept.isPending || accept.isSuccess) && 'Joining…'}
          onClick={() => accept.mutate(token, { onSuccess: onJoined })}
        >
          Join the organisation
        </Button>
      )}
    </Narrow>
  );
}
