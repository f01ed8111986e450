import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { useAgree } from './api';
import { LinkForm } from './LinkForm';
import { Narrow } from './Narrow';

interface Props {
  token: string | undefined;
  onSignedIn: (next: string | null) => void;
}

/** Where the link leads that is mailed to an account before a provider signs in to it. It is spent by a click. */
export function ConnectPage({ token, onSignedIn }: Props) {
  const agree = useAgree();
  if (!token) {
    return (
      <Narrow title="This link is incomplete">
        <p>It has lost its end. Copy the whole of it from the mail.</p>
      </Narrow>
    );
  }
  if (agree.error) {
    return (
      <Narrow title="Not connected">
        <Problem error={agree.error} />
        <LinkForm />
      </Narrow>
    );
  }
  return (
    <Narrow title="Connect to your account?">
      <p>
        Do this only if you have just signed in with this provider yourself. Whoever signs in with that account there is
        then signed in here as you.
      </p>
      <Button
        look="primary"
        busy={(agree.isPending || agree.isSuccess) && 'Connecting…'}
        onClick={() => agree.mutate(token, { onSuccess: ({ next }) => onSignedIn(next ?? null) })}
      >
        Connect and sign in
      </Button>
    </Narrow>
  );
}
