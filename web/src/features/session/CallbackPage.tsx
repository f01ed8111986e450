import { useEffect, useRef } from 'react';
import { Notice, Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { useArrive } from './api';
import { LinkForm } from './LinkForm';
import { Narrow } from './Narrow';
import { OtherWays } from './OtherWays';

interface Props {
  provider: string;
  /** What the provider had the browser bring. */
  brought: Record<string, string>;
  onSignedIn: (next: string | null) => void;
  onConnected: () => void;
}

/** Where a provider sends the browser back to. What it brings is good once. */
export function CallbackPage({ provider, brought, onSignedIn, onConnected }: Props) {
  const arrive = useArrive(provider);
  const sent = useRef(false);

  useEffect(() => {
    if (sent.current) return;
    sent.current = true;
    arrive.mutate(brought, {
      onSuccess: (arrived) => {
        if (arrived.outcome === 'signedIn') onSignedIn(arrived.next ?? null);
        if (arrived.outcome === 'connected') onConnected();
      },
    });
  });

  if (arrive.error) {
    return (
      <Narrow title="Not signed in">
        <Problem error={arrive.error} />
        <LinkForm />
        <OtherWays onSignedIn={() => onSignedIn(null)} />
      </Narrow>
    );
  }
  if (arrive.data?.outcome === 'consentMailed') {
    const { label } = arrive.data;
    return (
      <Narrow title="One more step">
        <Notice tone="decide">
          <p className="font-medium">There is an account with your address already</p>
          <p className="mt-1 wrap-anywhere">
            We have mailed it a link. Open the link in this browser to connect {label} to the account and to sign in.
          </p>
        </Notice>
        <p className="text-muted">
          From then on, {label} signs you in without a mail. In another browser, have a sign-in link sent, and connect{' '}
          {label} on the page «Account».
        </p>
      </Narrow>
    );
  }
  return (
    <Narrow title="Signing in…">
      <Skeleton lines={2} />
    </Narrow>
  );
}
