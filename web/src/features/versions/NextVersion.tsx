import { type FormEvent, useState } from 'react';
import { forget, useKept } from '@/lib/kept';
import type { Version } from '@/lib/server';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { useIterate } from './api';
import { ByHand } from './ByHand';
import { nothing } from './edits';

interface Props {
  serverId: string;
  userId: string;
  /** Newest first. */
  versions: Version[];
  onBegun: (buildId: string) => void;
}

/** The next version, by a wish or by hand. */
export function NextVersion({ serverId, userId, versions, onBegun }: Props) {
  const newest = versions[0];
  const built = versions.find(({ sha256 }) => sha256 !== null);
  const keep = `${userId} ${serverId} next`;
  const kept = useKept(`${keep} ${built?.n}`, nothing);
  // What was sent by hand and did not build is taken up again.
  const [chosen, setChosen] = useState<boolean | null>(null);
  const byHand = chosen ?? (newest?.state === 'failed' && kept[0].sentAs === newest.n);
  return (
    <Section
      title="Next version"
      note={`From version ${newest?.n ?? 0}. It answers once it is built; if it asks for more, it waits for approval`}
    >
      {byHand ? (
        <ByHand serverId={serverId} kept={kept} newest={newest} built={built} onBegun={onBegun} />
      ) : (
        <ByWish serverId={serverId} keep={keep} onBegun={onBegun} />
      )}
      <Button look="quiet" className="-ml-3 justify-self-start" onClick={() => setChosen(!byHand)}>
        {byHand ? 'Describe it instead' : 'Edit the code instead'}
      </Button>
    </Section>
  );
}

interface WishProps {
  serverId: string;
  keep: string;
  onBegun: (buildId: string) => void;
}

function ByWish({ serverId, keep, onBegun }: WishProps) {
  const [prompt, setPrompt] = useKept(keep, '');
  const next = useIterate(serverId);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (prompt.trim() === '' || next.isPending) return;
    next.mutate(
      { prompt: prompt.trim() },
      {
        onSuccess: ({ buildId }) => {
          forget(keep);
          onBegun(buildId);
        },
      },
    );
  }

  return (
    <form onSubmit={submit} className="grid gap-3">
      <TextField
        label="What is to be different"
        rows={3}
        className="min-h-20"
        value={prompt}
        onChange={(event) => setPrompt(event.target.value)}
        hint="A model changes the newest version. That is one of the day’s drafts, and takes up to a minute."
      />
      {next.error && <Problem error={next.error} />}
      <Button
        type="submit"
        look="primary"
        className="justify-self-start"
        disabled={prompt.trim() === ''}
        busy={next.isPending && 'Drafting…'}
      >
        Draft and build
      </Button>
    </form>
  );
}
