import { Link } from '@tanstack/react-router';
import type { ServerUsed } from '@/lib/usage';
import { spent } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Section } from '@/ui/Page';

const heads = ['Server', 'Calls', 'Failed', 'Mean time', 'Builds', 'Drafts'];

/** What each server used in these days, those that are called most first. */
export function Servers({ servers, onServer }: { servers: ServerUsed[]; onServer: (server: string) => void }) {
  if (servers.length === 0) {
    return (
      <Section title="By server">
        <p className="text-muted">Nothing yet: what each server uses stands here from its first build or call on.</p>
      </Section>
    );
  }
  const sorted = [...servers].sort((a, b) => b.calls - a.calls);
  return (
    <Section title="By server" note="Of the last 30 days">
      <section
        aria-label="Use by server"
        tabIndex={0}
        className="overflow-x-auto rounded-md border border-line bg-surface"
      >
        <table className="w-full text-right tabular-nums">
          <thead className="text-muted">
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col" className="px-3 py-2 font-normal whitespace-nowrap first:text-left">
                  {head}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {sorted.map((server) => (
              <ServerRow key={server.serverId} server={server} onServer={onServer} />
            ))}
          </tbody>
        </table>
      </section>
    </Section>
  );
}

function ServerRow({ server, onServer }: { server: ServerUsed; onServer: (server: string) => void }) {
  const { serverId, name, calls, errors, wallMs, builds, drafts } = server;
  return (
    <tr>
      <th scope="row" className="max-w-64 truncate px-3 py-1.5 text-left font-normal">
        {name === null ? (
          <>
            <span className="text-muted">Deleted</span> <code className="text-muted">{serverId}</code>
          </>
        ) : (
          <Link to="/servers/$serverId" params={{ serverId }} className="font-medium hover:underline">
            {name}
          </Link>
        )}
      </th>
      <td className="px-3 py-1.5">{calls.toLocaleString('en')}</td>
      <td className={`px-3 py-1.5 ${errors > 0 ? 'text-broken' : 'text-muted'}`}>{errors.toLocaleString('en')}</td>
      <td className="px-3 py-1.5 whitespace-nowrap text-muted">{calls === 0 ? '–' : spent(wallMs / calls)}</td>
      <td className="px-3 py-1.5 text-muted">{builds.toLocaleString('en')}</td>
      <td className="px-3 py-1.5 text-muted">{drafts.toLocaleString('en')}</td>
      <td className="px-1">
        {name !== null && (
          <Button look="quiet" aria-label={`By day: ${name}`} onClick={() => onServer(serverId)}>
            By day
          </Button>
        )}
      </td>
    </tr>
  );
}
