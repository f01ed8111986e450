import { Link } from '@tanstack/react-router';
import type { Role } from '@/lib/contract';
import { manages } from '@/lib/organisation';
import { Section } from '@/ui/Page';
import { ClientList } from './ClientList';

interface Props {
  server: { id: string; name: string };
  role: Role;
}

/** Who and what may call a server. */
export function ServerAccess({ server, role }: Props) {
  return (
    <div className="grid max-w-3xl gap-8">
      <Section
        title="Connected clients"
        note={manages(role) ? 'Everyone’s in the organisation' : 'Yours; owners and admins see everyone’s'}
      >
        <p className="max-w-prose text-muted">
          Each holds a token of this one server, because a person has agreed to it. A client’s name is what it says of
          itself.
        </p>
        <ClientList
          label={`Clients of ${server.name}`}
          serverId={server.id}
          empty={
            <p className="rounded-md border border-line border-dashed px-4 py-12 text-center text-muted">
              No client is connected. One stands here once you have agreed to it;{' '}
              <Link
                to="/servers/$serverId"
                params={{ serverId: server.id }}
                className="text-link underline underline-offset-2"
              >
                the overview
              </Link>{' '}
              says how each is told of this server.
            </p>
          }
        />
      </Section>
      <Section title="Programs">
        <p className="max-w-prose text-muted">
          API keys that are good for MCP servers reach it as well, as the person whose key it is:{' '}
          <Link to="/keys" className="text-link underline underline-offset-2">
            see the keys
          </Link>
          .
        </p>
      </Section>
    </div>
  );
}
