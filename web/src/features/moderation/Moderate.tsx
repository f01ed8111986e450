import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Action } from '@/lib/moderation';
import { labelOf } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Chevron } from '@/ui/Code';
import { TextField } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { actionsFor, effectOf, outcomeOf, type Standing, verbs } from './actions';
import { standingOptions, useModerate } from './api';

interface Props {
  slug: string;
  title: string;
  /** Whether another admin has asked to take it down. */
  pending?: boolean;
  onDone: (outcome: string) => void;
}

/** Decides about a template. How it stands is asked when this is opened: a list may be old. */
export function Moderate({ slug, title, pending = false, onDone }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details className="min-w-0" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="inline-flex items-center gap-1 rounded-sm text-muted select-none hover:text-ink">
        <Chevron />
        Decide about the template<span className="sr-only"> {title}</span>
      </summary>
      {open && (
        <div className="mt-3">
          <AsItStands slug={slug} pending={pending} onDone={onDone} />
        </div>
      )}
    </details>
  );
}

function AsItStands({ slug, pending, onDone }: Omit<Required<Props>, 'title'>) {
  const { data: template, error, refetch } = useQuery(standingOptions(slug));
  if (template) {
    const standing = { ...template, pending };
    return <DecisionForm slug={slug} standing={standing} why={template.statusReason} onDone={onDone} />;
  }
  if (error) return <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />;
  return <Skeleton />;
}

interface FormProps {
  slug: string;
  standing: Standing & { release: number; updatedAt: string };
  /** Why it was hidden or taken down. */
  why: string | null;
  onDone: (outcome: string) => void;
}

function DecisionForm({ slug, standing, why, onDone }: FormProps) {
  const moderate = useModerate(slug);
  // What is vouched for is what was looked at here.
  const { release, updatedAt } = standing;
  const possible = actionsFor(standing);
  const [wanted, setWanted] = useState<Action | null>(null);
  const [reason, setReason] = useState('');
  const action = wanted && possible.includes(wanted) ? wanted : null;
  const ready = action !== null && reason.trim() !== '';

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!ready) return;
    moderate.mutate(
      { action, reason: reason.trim(), ...(action === 'verify' ? { release, updatedAt } : {}) },
      {
        onSuccess: (moderated) => {
          setReason('');
          setWanted(null);
          onDone(`${standing.title}: ${outcomeOf(moderated, action)}`);
        },
      },
    );
  }

  return (
    <form onSubmit={submit} className="grid gap-3">
      <p className="text-muted wrap-anywhere">
        {labelOf(standing.status)}
        {standing.verified && ', verified'}
        {why && `: ${why}`}
      </p>
      <fieldset className="flex flex-wrap gap-x-4 gap-y-2">
        <legend className="sr-only">Decision</legend>
        {possible.map((one) => (
          <label key={one} className="flex items-center gap-2">
            <input
              type="radio"
              name={`decision-${slug}`}
              className="size-4 accent-accent"
              checked={action === one}
              onChange={() => {
                moderate.reset();
                setWanted(one);
              }}
            />
            {verbs[one]}
          </label>
        ))}
      </fieldset>
      {action && (
        <>
          <p className={action === 'takedown' ? 'text-decide' : 'text-muted'}>{effectOf(action, standing)}</p>
          <TextField
            label="Reason"
            maxLength={1000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            hint="Its owner reads it, and those who have forked it where that concerns them."
          />
          <Button
            type="submit"
            look={action === 'takedown' ? 'danger' : 'primary'}
            className="justify-self-start"
            disabled={!ready}
            busy={moderate.isPending && 'Deciding…'}
          >
            <span className="max-w-64 truncate">
              {verbs[action]} {standing.title}
            </span>
          </Button>
        </>
      )}
      {moderate.error && <Problem error={moderate.error} />}
    </form>
  );
}
