import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useMemo, useState } from 'react';
import { hostProblem } from '@/lib/capability';
import type { ServerSpec } from '@/lib/contract';
import { marksIn } from '@/lib/diagnostics';
import type { Version } from '@/lib/server';
import { Button } from '@/ui/Button';
import { CodeEditor } from '@/ui/editor/CodeEditor';
import { Choice } from '@/ui/Field';
import { Hosts } from '@/ui/Hosts';
import { Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { failureOptions, sourceOptions, useIterate } from './api';
import { codeOf, type Edits, nextOf, nothing, withCode } from './edits';

interface Props {
  serverId: string;
  kept: [Edits, (edits: Edits) => void];
  newest: Version | undefined;
  /** The newest whose code there is. */
  built: Version | undefined;
  onBegun: (buildId: string) => void;
}

/** The next version by hand: other code, other hosts. */
export function ByHand({ built, ...props }: Props) {
  const { data, error, refetch } = useQuery({
    ...sourceOptions(props.serverId, built?.n ?? 0),
    enabled: built !== undefined,
  });
  if (!built) return <p className="text-muted">No version is built yet, so there is no code to change.</p>;
  if (error) return <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />;
  if (!data) return <Skeleton lines={4} label="Loading the code" />;
  return <Form key={built.n} {...props} from={built.n} spec={data.spec} />;
}

/** The shared code has no name that a tool could have. */
const HELPERS = ' ';

interface FormProps extends Omit<Props, 'built'> {
  /** The number of the version that `spec` is of. */
  from: number;
  spec: ServerSpec;
}

function Form({ serverId, kept: [edits, setEdits], newest, from, spec, onBegun }: FormProps) {
  const next = useIterate(serverId);
  const failed = newest?.state === 'failed' && edits.sentAs === newest.n ? newest : null;
  const { data: wrong } = useQuery({
    ...failureOptions(serverId, failed?.build.id ?? ''),
    enabled: failed !== null,
  });
  const [which, setWhich] = useState<string | null>(null);
  const first = wrong?.find(({ line }) => line > 0);
  const chosen = which ?? (first ? (first.tool ?? HELPERS) : (spec.tools[0]?.name ?? HELPERS));
  const tool = chosen === HELPERS ? null : chosen;
  const marks = useMemo(() => marksIn(wrong ?? [], tool), [wrong, tool]);
  const change = nextOf(spec, edits);
  const hosts = edits.allowedHosts ?? spec.allowedHosts;
  const problems = new Map(hosts.flatMap((host) => problemOf(host)));

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!change || problems.size > 0 || next.isPending) return;
    next.mutate(change, {
      onSuccess: ({ version, buildId }) => {
        setEdits({ ...edits, sentAs: version });
        onBegun(buildId);
      },
    });
  }

  return (
    <form onSubmit={submit} className="grid gap-4">
      {newest && newest.n !== from && (
        <p className="text-decide">
          Version {newest.n} is not built, so this is the code of version {from}
          {failed && ', with what you had changed in it'}.
          {change && 'specEdit' in change ? '' : ` All else is taken from version ${newest.n}.`}
        </p>
      )}
      <div className="max-w-[24rem]">
        <Choice
          label="Code of"
          value={chosen}
          options={[...spec.tools.map(({ name }) => [name, name] as const), [HELPERS, 'what the tools share']]}
          onChange={(event) => setWhich(event.target.value)}
        />
      </div>
      <CodeEditor
        key={chosen}
        label={tool === null ? 'Shared code, Rust' : `Body of ${tool}, Rust`}
        language="rust"
        value={codeOf(spec, edits, tool)}
        marks={marks}
        onChange={(code) => setEdits(withCode(edits, tool, code))}
      />
      <div className="grid gap-2">
        <h3 className="font-medium">Allowed hosts</h3>
        <Hosts hosts={hosts} problems={problems} onChange={(allowedHosts) => setEdits({ ...edits, allowedHosts })} />
        <p className="text-xs text-muted">
          Everything else is refused. Code that reaches another host waits for approval.
        </p>
      </div>
      {next.error && <Problem error={next.error} />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" disabled={!change} busy={next.isPending && 'Sending…'}>
          Build next version
        </Button>
        {change && <Button onClick={() => setEdits(nothing)}>Undo my changes</Button>}
      </div>
    </form>
  );
}

function problemOf(host: string): [string, string][] {
  const problem = hostProblem(host);
  return problem ? [[`hosts/${host}`, problem]] : [];
}
