import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Me } from '@/lib/contract';
import { membersOptions } from '@/lib/members';
import { calledBy, governs, type Member } from '@/lib/organisation';
import { ago, capital, count } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { Row, Rows } from '@/ui/Row';
import { Skeleton } from '@/ui/Skeleton';
import { useRemoveMember, useSetRole } from './api';
import { RoleField } from './RoleField';

/** Who belongs to the organisation, as what. */
export function Members({ me }: { me: Me }) {
  const { data: members, error, refetch } = useQuery(membersOptions);
  return (
    <Section title="Members" note={members && count(members.length, 'member')}>
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {!members && !error && <Skeleton lines={3} />}
      {members && (
        <Rows label="Members">
          {members.map((member) => (
            <MemberRow key={member.id} member={member} me={me} />
          ))}
        </Rows>
      )}
    </Section>
  );
}

function MemberRow({ member, me }: { member: Member; me: Me }) {
  const remove = useRemoveMember();
  const [changing, setChanging] = useState(false);
  const self = member.id === me.user.id;
  const name = calledBy(member);
  const may = governs(me.role, member.role);
  return (
    <Row
      title={
        <>
          {name} {self && <span className="font-normal text-muted">(you)</span>}
        </>
      }
      note={
        <>
          {capital(member.role)}
          {member.name && ` · ${member.email}`} · joined{' '}
          <time dateTime={member.joinedAt} title={member.joinedAt}>
            {ago(member.joinedAt)}
          </time>
        </>
      }
      actions={
        may &&
        !changing && (
          <Button look="quiet" aria-label={`Change role of ${name}`} onClick={() => setChanging(true)}>
            Change role
          </Button>
        )
      }
      ending={
        may &&
        !self &&
        !changing && {
          verb: 'Remove',
          name,
          effect: `Ends ${member.email}’s access at once, with their API keys here, what they allowed AI clients, and invitations they have sent.`,
          busy: 'Removing…',
          run: () => remove.mutate(member.id),
          isPending: remove.isPending,
          error: remove.error,
        }
      }
    >
      {changing && <RoleForm member={member} me={me} onDone={() => setChanging(false)} />}
    </Row>
  );
}

function RoleForm({ member, me, onDone }: { member: Member; me: Me; onDone: () => void }) {
  const [role, setRole] = useState(member.role);
  const save = useSetRole();

  function submit(event: FormEvent) {
    event.preventDefault();
    if (role === member.role) onDone();
    else save.mutate({ id: member.id, role }, { onSuccess: onDone });
  }

  return (
    <form onSubmit={submit} className="arrive grid gap-3">
      <div className="max-w-sm">
        <RoleField label={`Role of ${calledBy(member)}`} by={me.role} role={role} onRole={setRole} />
      </div>
      {member.id === me.user.id && role !== member.role && (
        <p className="text-decide">This is your own role: you may then not be able to take it back.</p>
      )}
      {save.error && <Problem error={save.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" busy={save.isPending && 'Saving…'}>
          Save role
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
