import { type ReactNode, useEffect } from 'react';
import { ApiError } from '@/lib/api';
import { Mark } from '@/ui/Bell';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { useConsumeLink } from './api';
import { LinkForm } from './LinkForm';

/** Where a mailed link leads. The token is spent by a click, since mail scanners follow links. */
export function UseLinkPage({ token, onSignedIn }: { token: string | undefined; onSignedIn: () => void }) {
  const consume = useConsumeLink();
  const spent = consume.error instanceof ApiError && consume.error.status < 500 && consume.error.status !== 429;

  if (!token) {
    return (
      <Narrow title="Sign in">
        <LinkForm />
      </Narrow>
    );
  }
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
        onClick={() => consume.mutate(token, { onSuccess: onSignedIn })}
      >
        Sign in
      </Button>
    </Narrow>
  );
}

function Narrow({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Cloche`;
  }, [title]);
  return (
    <main className="mx-auto grid min-h-dvh max-w-[432px] content-center gap-6 px-4 py-8">
      <Mark className="size-8" />
      <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
      {children}
    </main>
  );
}
