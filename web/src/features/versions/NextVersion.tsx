import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { forget, useKept } from '@/lib/kept';
import type { Version } from '@/lib/server';
import { Button } from '@/ui/Button';
import { Choice, TextField } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { sourceOptions, useIterate } from './api';

interface Props {
  serverId: string;
  userId: string;
  /** Newest first. */
  versions: Version[];
  onBegun: (buildId: string) => void;
}

/** The next version, by a wish or by hand. */
export function NextVersion({ serverId, userId, versions, onBegun }: Props) {
  const [byHand, setByHand] = useState(false);
  const newest = versions[0]?.n ?? 0;
  const keep = `${userId} ${serverId} next`;
  return (
    <Section
      title="Next version"
      note={`From version ${newest}. It answers once it is built; if it asks for more, it waits for approval`}
    >
      {byHand ? (
        <ByHand serverId={serverId} keep={keep} versions={versions} onBegun={onBegun} />
      ) : (
        <ByWish serverId={serverId} keep={keep} onBegun={onBegun} />
      )}
      <Button look="quiet" className="-ml-3 justify-self-start" onClick={() => setByHand(!byHand)}>
        {byHand ? 'Describe it instead' : 'Edit the code instead'}
      </Button>
    </Section>
  );
}

interface WayProps {
  serverId: string;
  keep: string;
  onBegun: (buildId: string) => void;
}

function ByWish({ serverId, keep, onBegun }: WayProps) {
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

/** The shared code has no name that a tool could have. */
const HELPERS = ' ';

function ByHand({ serverId, keep, versions, onBegun }: WayProps & { versions: Version[] }) {
  const built = versions.find(({ sha256 }) => sha256 !== null);
  const { data, error, refetch } = useQuery({
    ...sourceOptions(serverId, built?.n ?? 0),
    enabled: built !== undefined,
  });
  const [which, setWhich] = useState<string | null>(null);
  if (!built) return <p className="text-muted">No version is built yet, so there is no code to change.</p>;
  if (error) return <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />;
  if (!data) return <Skeleton lines={4} label="Loading the code" />;
  const { tools, helpers } = data.spec;
  const chosen = which ?? tools[0]?.name ?? HELPERS;
  const code = chosen === HELPERS ? helpers : (tools.find(({ name }) => name === chosen)?.implementation ?? '');
  const newest = versions[0]?.n;
  return (
    <div className="grid gap-3">
      {newest !== undefined && newest !== built.n && (
        <p className="text-decide">
          Version {newest} is not built, so this is the code of version {built.n}. All else is taken from version{' '}
          {newest}.
        </p>
      )}
      <div className="max-w-[24rem]">
        <Choice
          label="Code of"
          value={chosen}
          options={[...tools.map(({ name }) => [name, name] as const), [HELPERS, 'what the tools share']]}
          onChange={(event) => setWhich(event.target.value)}
        />
      </div>
      <CodeForm
        key={`${built.n} ${chosen}`}
        serverId={serverId}
        keep={`${keep} ${built.n} ${chosen}`}
        tool={chosen === HELPERS ? null : chosen}
        code={code}
        onBegun={onBegun}
      />
    </div>
  );
}

function CodeForm({ serverId, keep, tool, code, onBegun }: WayProps & { tool: string | null; code: string }) {
  const [text, setText] = useKept(keep, code);
  const next = useIterate(serverId);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (text === code || next.isPending) return;
    next.mutate(
      { source: tool === null ? { helpers: text } : { tools: { [tool]: text } } },
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
        label={tool === null ? 'Shared code, Rust' : `Body of ${tool}, Rust`}
        mono
        rows={12}
        spellCheck={false}
        autoCapitalize="none"
        autoCorrect="off"
        className="min-h-60 text-xs leading-5"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {next.error && <Problem error={next.error} />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" disabled={text === code} busy={next.isPending && 'Sending…'}>
          Build next version
        </Button>
        {text !== code && <Button onClick={() => setText(code)}>Undo my changes</Button>}
      </div>
    </form>
  );
}
