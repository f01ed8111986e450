import { useQuery } from '@tanstack/react-query';
import type { Identity } from '@/lib/contract';
import { waysOptions } from '@/lib/ways';
import { ago } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { Row, Rows } from '@/ui/Row';
import { identitiesOptions, useConnect, useDisconnect } from './api';

/** Accounts elsewhere that sign in to this one. Nothing where there are none and no provider is set. */
export function Connections() {
  const { data: ways } = useQuery(waysOptions);
  const { data: identities, error, refetch } = useQuery(identitiesOptions);
  const connect = useConnect();
  if (error) {
    return (
      <Section title="Connected accounts">
        <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />
      </Section>
    );
  }
  if (!ways || !identities || (ways.providers.length === 0 && identities.length === 0)) return null;
  return (
    <Section title="Connected accounts" note="Whoever signs in with one of these elsewhere is signed in here as you.">
      {identities.length > 0 && (
        <Rows label="Your connected accounts">
          {identities.map((identity) => (
            <Connection key={identity.id} identity={identity} />
          ))}
        </Rows>
      )}
      <div className="flex flex-wrap gap-2">
        {ways.providers.map(({ name, label }) => (
          <Button
            key={name}
            disabled={connect.isPending || connect.isSuccess}
            busy={(connect.isPending || connect.isSuccess) && connect.variables === name && `Going to ${label}…`}
            onClick={() => connect.mutate(name)}
          >
            Connect {label}
          </Button>
        ))}
      </div>
      {connect.error && <Problem error={connect.error} />}
    </Section>
  );
}

function Connection({ identity }: { identity: Identity }) {
  const disconnect = useDisconnect();
  return (
    <Row
      title={identity.label}
      note={
        <>
          As <span className="wrap-anywhere">{identity.shown}</span>, used{' '}
          <time dateTime={identity.lastUsedAt}>{ago(identity.lastUsedAt)}</time>
        </>
      }
      ending={{
        verb: 'Disconnect',
        name: `${identity.label} as ${identity.shown}`,
        effect: `${identity.label} no longer signs you in. Sessions that are open stay open.`,
        busy: 'Disconnecting…',
        run: () => disconnect.mutate(identity.id),
        isPending: disconnect.isPending,
        error: disconnect.error,
      }}
    />
  );
}
