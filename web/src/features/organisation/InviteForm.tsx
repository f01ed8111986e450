import { type FormEvent, useState } from 'react';
import type { Role } from '@/lib/contract';
import { refusedFor } from '@/lib/refusals';
import { looksLikeEmail } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { Notice, Problem } from '@/ui/Notice';
import { useInvite } from './api';
import { RoleField } from './RoleField';

/** Invites one more, by mail address and role. */
export function InviteForm({ role: by }: { role: Role }) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('developer');
  const [wrong, setWrong] = useState(false);
  const invite = useInvite();
  const taken = refusedFor(invite.error, 'already_member', 'already_invited');

  function submit(event: FormEvent) {
    event.preventDefault();
    const right = looksLikeEmail(email);
    setWrong(!right);
    if (right) invite.mutate({ email: email.trim(), role }, { onSuccess: () => setEmail('') });
  }

  return (
    <form onSubmit={submit} noValidate className="grid gap-4 rounded-md border border-line bg-surface p-4">
      <div className="grid items-start gap-4 sm:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Field
          label="Mail address to invite"
          type="email"
          autoComplete="off"
          placeholder="someone@example.com"
          value={email}
          error={wrong ? 'Write an address like name@example.com.' : taken}
          onChange={(event) => {
            invite.reset();
            setEmail(event.target.value);
          }}
        />
        <RoleField label="Role" by={by} role={role} onRole={setRole} />
      </div>
      {invite.error && !taken && <Problem error={invite.error} />}
      {invite.isSuccess && (
        <Notice>
          <span className="wrap-anywhere">Invitation mailed to {invite.data.email}.</span>
        </Notice>
      )}
      <Button type="submit" className="justify-self-start" busy={invite.isPending && 'Mailing…'}>
        Send invitation
      </Button>
    </form>
  );
}
