import type { ReactNode } from 'react';
import { ApiError, Told } from '@/lib/api';
import { ago, count } from '@/lib/words';

type Tone = 'plain' | 'decide' | 'broken';

const tones: Record<Tone, string> = {
  plain: 'bg-sunken border-line text-ink',
  decide: 'bg-decide-wash border-decide/30 text-ink',
  broken: 'bg-broken-wash border-broken/30 text-ink',
};

export function Notice({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <div role={tone === 'broken' ? 'alert' : 'status'} className={`arrive rounded-md border p-4 ${tones[tone]}`}>
      {children}
    </div>
  );
}

/** A failure in the host's words, with the code to quote. */
export function Problem({ error, action }: { error: Error; action?: ReactNode }) {
  const known = error instanceof ApiError || error instanceof Told;
  const api = error instanceof ApiError ? error : null;
  return (
    <Notice tone="broken">
      <p className="wrap-anywhere">
        {known ? error.message : 'This page failed. Reload it, and report it if it fails again.'}
      </p>
      {api && api.problems.length > 0 && (
        <ul className="mt-2 grid gap-1">
          {api.problems.map(({ pointer, message }) => (
            <li key={`${pointer} ${message}`}>
              <code>{pointer}</code> {message}
            </li>
          ))}
        </ul>
      )}
      {api?.retryAfter && <p className="mt-1">Try again {inTime(api.retryAfter)}.</p>}
      <p className="mt-1 text-xs text-muted">
        <code>{known ? error.code : error.name}</code>
        {api?.requestId && (
          <>
            {' · request '}
            <code>{api.requestId}</code>
          </>
        )}
      </p>
      {action && <div className="mt-3 flex flex-wrap gap-2">{action}</div>}
    </Notice>
  );
}

function inTime(seconds: number): string {
  return seconds < 120 ? `in ${count(seconds, 'second')}` : ago(new Date(Date.now() + seconds * 1000).toISOString());
}
