import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { Case, DecidedCase } from '@/lib/moderation';
import { ago, count, labelOf } from '@/lib/words';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { outcomeOf } from './actions';
import { useDecide } from './api';
import { Moderate } from './Moderate';

/** A case: what is said, about what, and the decision. */
export function CaseRow({ of, onDone }: { of: Case; onDone: (outcome: string) => void }) {
  const { id, kind, concern, text, userId, state, decision, decidedBy, decidedAt, createdAt, template } = of;
  return (
    <li className="grid gap-4 rounded-md border border-line bg-surface p-4">
      <div className="grid gap-1">
        <p className="flex flex-wrap items-baseline justify-between gap-x-4">
          <span className="wrap-anywhere">
            <span className="font-medium">
              {kind === 'appeal' ? 'Appeal' : `Report: ${labelOf(concern ?? 'other').toLowerCase()}`}
            </span>{' '}
            about{' '}
            <Link
              to="/templates/$slug"
              params={{ slug: template.slug }}
              className="text-link underline underline-offset-2"
            >
              {template.title}
            </Link>
          </span>
          <time dateTime={createdAt} title={createdAt} className="text-xs text-muted">
            {ago(createdAt)}
          </time>
        </p>
        <p className="text-xs text-muted tabular-nums wrap-anywhere">
          <code>{template.slug}</code> · {labelOf(template.status).toLowerCase()} · {count(template.forkCount, 'fork')}{' '}
          · by {userId ? <code>{userId}</code> : 'an account that is gone'}
        </p>
      </div>
      <p className="max-w-prose border-line border-l-2 pl-3 whitespace-pre-line wrap-anywhere">{text}</p>
      {state === 'open' ? (
        <DecideForm id={id} kind={kind} taken={template.status === 'taken_down'} onDone={onDone} />
      ) : (
        <p className="text-muted wrap-anywhere">
          {labelOf(state)} by {decidedBy ? <code>{decidedBy}</code> : 'an admin who is gone'}
          {decidedAt && (
            <>
              {' '}
              <time dateTime={decidedAt} title={decidedAt}>
                {ago(decidedAt)}
              </time>
            </>
          )}
          : {decision}
        </p>
      )}
      <Moderate slug={template.slug} title={template.title} onDone={onDone} />
    </li>
  );
}

interface FormProps {
  id: string;
  kind: Case['kind'];
  /** Whether the template was taken down. */
  taken: boolean;
  onDone: (outcome: string) => void;
}

function DecideForm({ id, kind, taken, onDone }: FormProps) {
  const decide = useDecide(id);
  const [reason, setReason] = useState('');
  const appeal = kind === 'appeal';
  const ready = reason.trim() !== '';

  function submit(event: FormEvent, upheld: boolean) {
    event.preventDefault();
    if (!ready || decide.isPending) return;
    decide.mutate({ upheld, reason: reason.trim() }, { onSuccess: (decided) => onDone(said(decided)) });
  }

  return (
    <form onSubmit={(event) => event.preventDefault()} className="grid gap-3">
      <TextField
        label="Reason"
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        hint={
          appeal
            ? `Upholding shows the template again${taken ? ', and its forks may answer' : ''}, unless its owner has withdrawn it.`
            : 'Deciding a report changes nothing of the template: what follows from it is decided below.'
        }
      />
      {decide.error && <Problem error={decide.error} />}
      <div className="flex flex-wrap gap-2">
        <Button
          look="primary"
          disabled={!ready || decide.isPending}
          busy={decide.isPending && decide.variables.upheld && 'Upholding…'}
          onClick={(event) => submit(event, true)}
        >
          {appeal ? 'Uphold and restore' : 'Uphold report'}
        </Button>
        <Button
          disabled={!ready || decide.isPending}
          busy={decide.isPending && !decide.variables.upheld && 'Dismissing…'}
          onClick={(event) => submit(event, false)}
        >
          {appeal ? 'Dismiss appeal' : 'Dismiss report'}
        </Button>
      </div>
    </form>
  );
}

function said({ case: { kind, state, template }, moderated }: DecidedCase): string {
  const decided = `${kind === 'appeal' ? 'Appeal' : 'Report'} about ${template.title} ${state}.`;
  return moderated ? `${decided} ${outcomeOf(moderated, 'restore')}` : decided;
}
