import { type FormEvent, useState } from 'react';
import type { Role } from '@/lib/contract';
import { mayChange, mayReview, type Version } from '@/lib/server';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { type Decision, useDecide } from './api';

type What = Decision['what'];

interface Props {
  serverId: string;
  version: Version;
  /** The number of the one that answers. */
  active: number | undefined;
  role: Role;
  onDeleted: () => void;
}

/** What may be decided on a version by who looks: each is asked for once more, by its number. */
export function Decisions({ serverId, version, active, role, onDeleted }: Props) {
  const [asking, setAsking] = useState<What | null>(null);
  const { n, review, state, sha256 } = version;
  const built = sha256 !== null;
  const waits = review === 'waiting';
  const buttons: [What, string, 'primary' | 'plain' | 'danger', boolean][] = [
    ['approve', 'Approve', 'primary', waits && mayReview(role)],
    ['refuse', 'Refuse', 'danger', waits && mayReview(role)],
    [
      'activate',
      active !== undefined && n < active ? `Roll back to ${n}` : `Activate ${n}`,
      'primary',
      built && !version.active && !waits && review !== 'refused' && mayChange(role),
    ],
    ['delete', 'Delete', 'danger', !version.active && (built || state === 'failed') && mayChange(role)],
  ];
  return (
    <div className="flex flex-wrap gap-2">
      {buttons.map(
        ([what, label, look, may]) =>
          may && (
            <Button key={what} look={look} onClick={() => setAsking(what)}>
              {label}
            </Button>
          ),
      )}
      {asking && (
        <Ask
          key={asking}
          what={asking}
          serverId={serverId}
          n={n}
          active={active}
          onClose={() => setAsking(null)}
          onDone={() => {
            setAsking(null);
            if (asking === 'delete') onDeleted();
          }}
        />
      )}
    </div>
  );
}

interface AskProps {
  what: What;
  serverId: string;
  n: number;
  active: number | undefined;
  onClose: () => void;
  onDone: () => void;
}

const verbs: Record<What, [string, string]> = {
  activate: ['Activate', 'Activating…'],
  approve: ['Approve', 'Approving…'],
  refuse: ['Refuse', 'Refusing…'],
  delete: ['Delete', 'Deleting…'],
};

function effect(what: What, n: number, active: number | undefined): string {
  const instead = active === undefined ? '' : ` in place of version ${active}`;
  switch (what) {
    case 'activate':
      return `Version ${n} answers from the next call on${instead}. Calls that have begun finish. Nothing is built, and you can go back.`;
    case 'approve':
      return `Version ${n} answers from this moment on${instead}, with all that it asks for.`;
    case 'refuse':
      return `Version ${n} will never answer. This cannot be undone; its change can be built again.`;
    case 'delete':
      return `Deletes version ${n} with its code and its builds. This cannot be undone.`;
  }
}

function Ask({ what, serverId, n, active, onClose, onDone }: AskProps) {
  const [reason, setReason] = useState('');
  const decide = useDecide(serverId, n);
  const [verb, underWay] = verbs[what];
  const reasoned = what === 'approve' || what === 'refuse';

  function submit(event: FormEvent) {
    event.preventDefault();
    if (reasoned && reason.trim() === '') return;
    decide.mutate(reasoned ? { what, reason: reason.trim() } : { what }, { onSuccess: onDone });
  }

  return (
    <Dialog title={`${verb} version ${n}?`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <p>{effect(what, n, active)}</p>
        {reasoned && (
          <TextField
            label="Reason"
            rows={2}
            className="min-h-16"
            maxLength={1000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            hint="For those who ask later. It stays in the log."
          />
        )}
        {decide.error && <Problem error={decide.error} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look={what === 'delete' || what === 'refuse' ? 'danger' : 'primary'}
            disabled={reasoned && reason.trim() === ''}
            busy={decide.isPending && underWay}
          >
            {verb} version {n}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
