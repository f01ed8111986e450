import { useQuery } from '@tanstack/react-query';
import { browserHasPasskeys } from '@/lib/passkeys';
import { waysOptions } from '@/lib/ways';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { usePasskeySignIn, useStartAt } from './api';

interface Props {
  /** The path on this platform that sign-in was asked for. */
  next?: string | undefined;
  /** After a passkey; a provider leads on by itself. */
  onSignedIn?: () => void;
}

/** The ways to sign in besides a mailed link, where there are any. */
export function OtherWays({ next, onSignedIn }: Props) {
  const { data: ways } = useQuery(waysOptions);
  const start = useStartAt();
  const passkey = usePasskeySignIn();
  const passkeys = ways?.passkeys === true && browserHasPasskeys();
  if (!ways || (ways.providers.length === 0 && !passkeys)) return null;
  const busy = start.isPending || start.isSuccess || passkey.isPending;
  const error = start.error ?? passkey.error;
  return (
    <section aria-label="Other ways to sign in" className="grid gap-3">
      <p className="flex items-center gap-3 text-xs text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        or
      </p>
      {ways.providers.map(({ name, label }) => (
        <Button
          key={name}
          disabled={busy}
          busy={(start.isPending || start.isSuccess) && start.variables.provider === name && `Going to ${label}…`}
          onClick={() => {
            passkey.reset();
            start.mutate({ provider: name, next });
          }}
        >
          Continue with {label}
        </Button>
      ))}
      {passkeys && (
        <Button
          disabled={busy}
          busy={passkey.isPending && 'Waiting for your passkey…'}
          onClick={() => {
            start.reset();
            passkey.mutate(undefined, { ...(onSignedIn && { onSuccess: onSignedIn }) });
          }}
        >
          Sign in with a passkey
        </Button>
      )}
      {error && <Problem error={error} />}
    </section>
  );
}
