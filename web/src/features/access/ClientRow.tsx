import { Link } from '@tanstack/react-router';
import type { ConnectedClient } from '@/lib/clients';
import { ago } from '@/lib/words';
import { Row } from '@/ui/Row';
import { useRevoke } from './api';

interface Props {
  connected: ConnectedClient;
  /** Whether it has to be said of which server. */
  namesServer: boolean;
}

/** One client’s access to one server, and its end. */
export function ClientRow({ connected, namesServer }: Props) {
  const { id, client, server, person, mine, connectedAt, lastSeenAt } = connected;
  const revoke = useRevoke();
  const whose = mine ? '' : ` of ${called(person)}`;
  return (
    <Row
      title={
        <>
          {client.name}
          {client.host !== null && <code className="ml-2 font-normal text-muted">{client.host}</code>}
        </>
      }
      note={
        <>
          {namesServer && (
            <>
              at{' '}
              <Link
                to="/servers/$serverId/access"
                params={{ serverId: server.id }}
                className="text-link underline underline-offset-2"
              >
                {server.name}
              </Link>{' '}
              ·{' '}
            </>
          )}
          {mine ? 'you' : called(person)} · connected <Time at={connectedAt} /> · last token <Time at={lastSeenAt} />
        </>
      }
      ending={{
        verb: 'Revoke',
        name: `${client.name} at ${server.name}${whose}`,
        effect: `${client.name} loses access to ${server.name} at once; it can ask ${mine ? 'you' : called(person)} again.`,
        busy: 'Revoking…',
        run: () => revoke.mutate(id),
        isPending: revoke.isPending,
        error: revoke.error,
      }}
    />
  );
}

function called({ name }: ConnectedClient['person']): string {
  return name || 'a member without a name';
}

function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      {ago(at)}
    </time>
  );
}
