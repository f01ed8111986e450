import { type FormEvent, useState } from 'react';
import { looksLikeEmail } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { Notice, Problem } from '@/ui/Notice';
import { useRequestLink } from './api';

/** Asks for a mail address and has a sign-in link sent there, which leads on to `next`. */
export function LinkForm({ next }: { next?: string | undefined }) {
  const [email, setEmail] = useState('');
  const [wrong, setWrong] = useState(false);
  const link = useRequestLink();

  function submit(event: FormEvent) {
    event.preventDefault();
    const right = looksLikeEmail(email);
    setWrong(!right);
    if (right) link.mutate({ email: email.trim(), ...(next && { next }) });
  }

  if (link.isSuccess) return <LinkSent email={link.variables.email} onAgain={link.reset} />;
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <Field
        label="Mail address"
        type="email"
        autoComplete="email"
        placeholder="you@example.com"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={wrong ? 'Write an address like name@example.com.' : null}
        hint="We send a link that signs you in once. No password."
      />
      {link.error && <Problem error={link.error} />}
      <Button type="submit" look="primary" busy={link.isPending && 'Sending…'}>
        Send sign-in link
      </Button>
    </form>
  );
}

function LinkSent({ email, onAgain }: { email: string; onAgain: () => void }) {
  return (
    <div className="grid gap-4">
      <Notice>
        <p className="font-medium">Link sent</p>
        <p className="mt-1 wrap-anywhere">
          Open the mail to <strong className="font-medium">{email}</strong> and follow its link. It works once. This
          page notices when you are signed in.
        </p>
      </Notice>
      <p className="text-muted">
        Running Cloche yourself without a mail server? The link is printed in its terminal, and kept in{' '}
        <code>outbox/</code> in its data folder.
      </p>
      <Button onClick={onAgain}>Use another address</Button>
    </div>
  );
}
