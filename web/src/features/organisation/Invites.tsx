import { useQuery } from '@tanstack/react-query';
import type { Role } from '@/lib/contract';
import { membersOptions } from '@/lib/members';
import { calledBy, governs, type Invite } from '@/lib/organisation';
import { ago, capital } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { Row, Rows } from '@/ui/Row';
import { Skeleton } from '@/ui/Skeleton';
import { invitesOptions, useResend, useWithdraw } from './api';
import { InviteForm } from './InviteForm';

/** Who may join: open invitations, and one more. */
export function Invites({ role }: { role: Role }) {
  const { data: invites, error, refetch } = useQuery(invitesOptions);
  return (
    <Section title="Invitations" note="A mailed link that works once, for who signs in with that address">
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {!invites && !error && <Skeleton lines={2} />}
      {invites && invites.length > 0 && (
        <Rows label="Open invitations">
          {invites.map((invite) => (
            <InviteRow key={invite.id} invite={invite} role={role} />
          ))}
        </Rows>
      )}
      <InviteForm role={role} />
    </Section>
  );
}

function InviteRow({ invite, role }: { invite: Invite; role: Role }) {
  const { data: members } = useQuery(membersOptions);
  const resend = useResend();
  const withdraw = useWithdraw();
  const { id, email, invitedBy, expiresAt } = invite;
  const by = members?.find((member) => member.id === invitedBy);
  const expired = Date.parse(expiresAt) <= Date.now();
  const may = governs(role, invite.role);
  return (
    <Row
      title={email}
      note={
        <>
          {capital(invite.role)}
          {by && ` · invited by ${calledBy(by)}`} ·{' '}
          <span className={expired ? 'text-decide' : undefined}>
            {expired ? 'expired ' : 'expires '}
            <time dateTime={expiresAt} title={expiresAt}>
              {ago(expiresAt)}
            </time>
          </span>
        </>
      }
      actions={
        may && (
          <Button
            aria-label={`Mail again: the invitation of ${email}`}
            busy={resend.isPending && 'Mailing…'}
            onClick={() => resend.mutate(id)}
          >
            Mail again
          </Button>
        )
      }
      ending={
        may && {
          verb: 'Withdraw',
          name: `the invitation of ${email}`,
          effect: 'The link in the mail works no more.',
          busy: 'Withdrawing…',
          run: () => withdraw.mutate(id),
          isPending: withdraw.isPending,
          error: withdraw.error,
        }
      }
    >
      {resend.error && <Problem error={resend.error} />}
      {resend.isSuccess && (
        <p role="status" className="text-muted">
          Mailed again. The link in the mail before works no more.
        </p>
      )}
    </Row>
  );
}
