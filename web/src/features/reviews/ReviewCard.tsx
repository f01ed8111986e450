import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Waiting } from '@/lib/reviews';
import { ago } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { askedForOptions } from './api';

/** What is shown of it here; the rest where it is decided. */
const SHOWN = 5;

/** A version that waits, and what it asks for. */
export function ReviewCard({ waiting, children }: { waiting: Waiting; children: ReactNode }) {
  const { server, version } = waiting;
  const { data: diff, error, refetch } = useQuery(askedForOptions(waiting));
  return (
    <li className="grid gap-3 rounded-md border border-line bg-surface p-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="grid min-w-0 gap-0.5">
          <h2 className="font-semibold wrap-anywhere">
            {server.name} <span className="font-normal text-muted">version {version.n}</span>
          </h2>
          <p className="text-xs text-muted wrap-anywhere">
            Made by {version.createdBy.name || 'a former member'}{' '}
            <time dateTime={version.createdAt} title={version.createdAt}>
              {ago(version.createdAt)}
            </time>
            {diff && ` · held against version ${diff.from}`}
          </p>
        </div>
        {children}
      </div>
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {!diff && !error && <Skeleton lines={2} label={`Reading what version ${version.n} of ${server.name} asks for`} />}
      {diff && (
        <AsksFor
          label={`What version ${version.n} of ${server.name} asks for`}
          words={diff.changes.filter(({ asksForMore }) => asksForMore).map(({ words }) => words)}
        />
      )}
    </li>
  );
}

function AsksFor({ label, words }: { label: string; words: string[] }) {
  if (words.length === 0) return null;
  return (
    <ul aria-label={label} className="grid gap-1">
      {words.slice(0, SHOWN).map((one) => (
        <li key={one} className="flex gap-2">
          <span aria-hidden="true" className="text-decide">
            +
          </span>
          <span className="min-w-0 wrap-anywhere">{one}</span>
        </li>
      ))}
      {words.length > SHOWN && <li className="pl-4 text-muted">and {words.length - SHOWN} more</li>}
    </ul>
  );
}
