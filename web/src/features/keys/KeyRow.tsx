import type { ApiKey, Scope } from '@/lib/keys';
import { ago } from '@/lib/words';
import { Row } from '@/ui/Row';
import { useDeleteKey } from './api';

const scopeWords: Record<Scope, string> = {
  api: 'the API',
  mcp: 'MCP servers',
  admin: 'the marketplace’s moderation',
};

/** A key: what it is good for, when it was used, and its end. */
export function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const { id, name, start, scopes, createdAt, expiresAt, lastUsedAt, owner } = apiKey;
  const remove = useDeleteKey();
  const expired = expiresAt !== null && Date.parse(expiresAt) <= Date.now();
  const whose = owner ? ` of ${owner.email}` : '';
  return (
    <Row
      title={
        <>
          {name} <code className="font-normal text-muted">{start}…</code>
        </>
      }
      note={
        <>
          {owner && `${owner.email} · `}for {scopes.map((scope) => scopeWords[scope]).join(' and ')} · made{' '}
          <Time at={createdAt} /> ·{' '}
          {lastUsedAt ? (
            <>
              used <Time at={lastUsedAt} />
            </>
          ) : (
            'not used yet'
          )}{' '}
          ·{' '}
          <span className={expired ? 'text-decide' : undefined}>
            {expiresAt ? (
              <>
                {expired ? 'expired' : 'expires'} <Time at={expiresAt} />
              </>
            ) : (
              'never expires'
            )}
          </span>
        </>
      }
      ending={{
        verb: 'Delete',
        name: `${name}${whose}`,
        effect: 'Every program that uses this key is refused from then on.',
        busy: 'Deleting…',
        run: () => remove.mutate(id),
        isPending: remove.isPending,
        error: remove.error,
      }}
    />
  );
}

function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      {ago(at)}
    </time>
  );
}
