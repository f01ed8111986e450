import { useQuery } from '@tanstack/react-query';
import type { CodeDiff, VersionChange } from '@/lib/server';
import { Button } from '@/ui/Button';
import { Fold } from '@/ui/Code';
import { Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { diffOptions } from './api';
import { between } from './between';
import { DiffLines } from './DiffLines';

interface Props {
  serverId: string;
  n: number;
  from: number;
  /** The other version is the one that answers. */
  answers: boolean;
}

/** What changes from one version to another: what can be done, what AI clients are told, and the code. */
export function Diff({ serverId, n, from, answers }: Props) {
  const { data: diff, error, refetch } = useQuery(diffOptions(serverId, n, from));
  if (error) return <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />;
  if (!diff) return <Skeleton lines={5} label="Comparing" />;
  const can = diff.changes.filter(({ part }) => part === 'reaches' || part === 'uses' || part === 'interface');
  const told = diff.changes.filter(({ part }) => part === 'server' || part === 'tool');
  return (
    <div className="grid min-w-0 gap-6">
      <p className={diff.asksForMore ? 'text-decide' : 'text-muted'}>
        {diff.asksForMore
          ? `It asks for more than version ${from}${answers ? ', which answers' : ''}.`
          : `It asks for nothing more than version ${from}${answers ? ', which answers' : ''}.`}
      </p>
      <Group title="In what it can do" none="The same as before." changes={can} />
      <Group title="In what AI clients are told" none="The same as before." changes={told} />
      <section aria-label="In its code" className="grid min-w-0 gap-3">
        <h3 className="font-medium">In its code</h3>
        {diff.code.length === 0 && <p className="text-muted">The same as before.</p>}
        {diff.code.map((code) => (
          <CodeChange key={code.tool ?? ''} code={code} />
        ))}
        {diff.codeCut && <p className="text-muted">Some of the code is too long to compare here.</p>}
      </section>
    </div>
  );
}

const signs = { added: '+', changed: '±', removed: '–' };

function Group({ title, none, changes }: { title: string; none: string; changes: VersionChange[] }) {
  return (
    <section aria-label={title} className="grid min-w-0 gap-2">
      <h3 className="font-medium">{title}</h3>
      {changes.length === 0 && <p className="text-muted">{none}</p>}
      <ul className="grid gap-2">
        {changes.map((change) => (
          <li key={`${change.part} ${change.kind} ${change.what}`} className="grid grid-cols-[1rem_minmax(0,1fr)]">
            <span aria-hidden="true" className={change.asksForMore ? 'text-decide' : 'text-muted'}>
              {signs[change.kind]}
            </span>
            <div className="grid min-w-0 gap-1">
              <p className={`wrap-anywhere ${change.asksForMore ? 'text-decide' : 'text-muted'}`}>{change.words}</p>
              {(change.before !== undefined || change.after !== undefined) && <Values change={change} />}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Values({ change: { before, after } }: { change: VersionChange }) {
  return <DiffLines prose label="Before and after" lines={between(linesOf(before), linesOf(after))} />;
}

function linesOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (typeof value === 'string' ? value : JSON.stringify(value, null, 2)).split('\n');
}

function CodeChange({ code: { tool, change, added, removed, diff } }: { code: CodeDiff }) {
  const what = tool ?? 'what the tools share';
  return (
    <Fold
      open={added + removed <= 40}
      summary={
        <span className="wrap-anywhere">
          {tool ? <code className="text-ink">{tool}</code> : 'What the tools share'} {change}, {added} added, {removed}{' '}
          removed
        </span>
      }
    >
      <DiffLines label={`Changes in ${what}`} lines={diff.replace(/\n$/, '').split('\n')} />
    </Fold>
  );
}
