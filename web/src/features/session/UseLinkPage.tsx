import { useQuery } from '@tanstack/react-query';
import { ApiError } from '@/lib/api';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { sessionOptions, useConsumeLink } from './api';
import { LinkForm } from './LinkForm';
import { Narrow } from './Narrow';
import { OtherWays } from './OtherWays';

interface Props {
  token: string | undefined;
  /** The path on this platform that sign-in was asked for. */
  next: string | undefined;
  onSignedIn: (next: string | null) => void;
}

/** Where a mailed link leads. The token is spent by a click, since mail scanners follow links. */
export function UseLinkPage({ token, next, onSignedIn }: Props) {
  const consume = useConsumeLink();
  const spent = consume.error instanceof ApiError && consume.error.status < 500 && consume.error.status !== 429;

  if (!token) return <AskForLink next={next} onSignedIn={onSignedIn} />;
  if (consume.error && spent) {
    return (
      <Narrow title="This link no longer works">
        <p>A link works once and for a short time. Have a new one sent.</p>
        <Problem error={consume.error} />
        <LinkForm />
      </Narrow>
    );
  }
  return (
    <Narrow title="Sign in to Cloche">
      <p>The link works once, in this browser.</p>
      {consume.error && <Problem error={consume.error} />}
      <Button
        look="primary"
        busy={(consume.isPending || consume.isSuccess) && 'Signing in…'}
        onClick={() => consume.mutate(token, { onSuccess: ({ next }) => onSignedIn(next ?? null) })}
      >
        Sign in
      </Button>
    </Narrow>
  );
}

/** Without a token: the way to one, or on, for who is signed in already or has just signed in elsewhere. */
function AskForLink({ next, onSignedIn }: Omit<Props, 'token'>) {
  const { data: session } = useQuery(sessionOptions);
  if (session?.me) {
    return (
      <Narrow title="You are signed in">
        <p className="wrap-anywhere">As {session.me.user.email}.</p>
        <Button look="primary" onClick={() => onSignedIn(next ?? null)}>
          Continue
        </Button>
      </Narrow>
    );
  }
  return (
    <Narrow title="Sign in">
      {next?.startsWith('/oauth/') && (
        <p>An application asks for access to one of your servers. Sign in first; that leads back to it.</p>
      )}
      <LinkForm next={next} />
      <OtherWays next={next} onSignedIn={() => onSignedIn(next ?? null)} />
    </Narrow>
  );
}
