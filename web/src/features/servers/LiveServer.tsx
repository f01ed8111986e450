import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import type { ServerDetail } from '@/lib/contract';
import { Button, buttonClass } from '@/ui/Button';
import { UrlBar } from '@/ui/Copy';
import { Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { serverOptions } from './api';

interface Props {
  serverId: string;
  connect: (server: ServerDetail) => ReactNode;
  share: (server: ServerDetail) => ReactNode;
}

/** What a finished build leads to: the URL, the way into a client, and the way to others. */
export function LiveServer({ serverId, connect, share }: Props) {
  const client = useQueryClient();
  const { data: server, error, refetch } = useQuery(serverOptions(serverId));

  // What was read while it was building is old now.
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['servers'] });
  }, [client]);

  if (error && !server) return <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />;
  if (!server) return <Skeleton lines={2} />;
  const missing = server.secrets.filter((secret) => !secret.set);
  return (
    <div className="arrive grid gap-6 py-2">
      <section aria-labelledby="live" className="grid gap-3">
        <h2 id="live" className="text-lg font-semibold wrap-anywhere">
          {server.name} is live
        </h2>
        <UrlBar url={server.mcpUrl} />
        {missing.length > 0 && (
          <p className="text-decide">
            Still missing: {missing.map(({ key }) => key).join(', ')}. Set it on the server’s page.
          </p>
        )}
        <Link to="/servers/$serverId" params={{ serverId }} className={`${buttonClass()} justify-self-start`}>
          Open the server’s page
        </Link>
      </section>
      {connect(server)}
      {share(server)}
    </div>
  );
}
