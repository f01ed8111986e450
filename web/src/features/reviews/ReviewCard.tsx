import type { ReactNode } from 'react';
import { ago } from '@/lib/words';
import type { Waiting } from './api';

/** What is shown of it here; the rest where it is decided. */
const SHOWN = 5;

/** A version that waits, and what it asks for. */
export function ReviewCard({ waiting, children }: { waiting: Waiting; children: ReactNode }) {
  const { server, version, diff } = waiting;
  const more = diff.changes.filter(({ asksForMore }) => asksForMore);
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
            </time>{' '}
            · held against version {diff.from}
          </p>
        </div>
        {children}
      </div>
      {more.length > 0 && (
        <ul aria-label={`What version ${version.n} of ${server.name} asks for`} className="grid gap-1">
          {more.slice(0, SHOWN).map(({ words }) => (
            <li key={words} className="flex gap-2">
              <span aria-hidden="true" className="text-decide">
                +
              </span>
              <span className="min-w-0 wrap-anywhere">{words}</span>
            </li>
          ))}
          {more.length > SHOWN && <li className="pl-4 text-muted">and {more.length - SHOWN} more</li>}
        </ul>
      )}
    </li>
  );
}
