import { useInfiniteQuery } from '@tanstack/react-query';
import type { Decision } from '@/lib/moderation';
import { ago, labelOf } from '@/lib/words';
import { Disclosed } from '@/ui/Code';
import { logOptions } from './api';
import { Listed, Nothing } from './Listed';

/** What admins have decided, and why; the newest first. */
export function Log() {
  const list = useInfiniteQuery(logOptions);
  const entries = list.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Listed view="log" list={list}>
      {entries.length === 0 ? (
        <Nothing>Nothing was decided yet. Each decision stands here with who made it, and why.</Nothing>
      ) : (
        <ol aria-label="Decisions" className="divide-y divide-line rounded-md border border-line bg-surface">
          {entries.map((entry) => (
            <Entry key={entry.seq} {...entry} />
          ))}
        </ol>
      )}
    </Listed>
  );
}

function Entry({ seq, at, actor, action, resourceType, resourceId, reason, details, before, after }: Decision) {
  const said = { ...(details && { details }), ...(before && { before }), ...(after && { after }) };
  return (
    <li className="grid gap-1 px-4 py-3">
      <p className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="font-medium wrap-anywhere">{labelOf(action.replace('.', ' '))}</span>
        <time dateTime={at} title={at} className="text-xs text-muted">
          {ago(at)}
        </time>
      </p>
      {reason && <p className="whitespace-pre-line wrap-anywhere">{reason}</p>}
      <p className="text-xs text-muted wrap-anywhere">
        {resourceType} <code>{resourceId}</code> · by <code>{actor}</code> · entry {seq}
      </p>
      {Object.keys(said).length > 0 && (
        <Disclosed
          summary="What was changed"
          label={`What entry ${seq} changed`}
          code={JSON.stringify(said, null, 2)}
          numbered={false}
        />
      )}
    </li>
  );
}
