import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, buttonClass } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Skeleton } from '@/ui/Skeleton';
import { serverOptions, useDeleteServer } from './api';

interface Props {
  serverId: string;
  /** This tab has the draft that was built. */
  hasDraft: boolean;
  onDiscarded: () => Promise<void>;
}

/** The way on from a failed build. A server that answers is left as it is; one that never did may be discarded. */
export function FailedBuild(props: Props) {
  const { data: server, error, refetch } = useQuery(serverOptions(props.serverId));
  if (error && !server) return <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />;
  if (!server) return <Skeleton lines={2} />;
  if (server.activeVersion === null) return <FirstBuild {...props} />;
  return (
    <div className="grid gap-3">
      <p className="text-muted">Version {server.activeVersion} answers as before: nothing has changed for clients.</p>
      <Link
        to="/servers/$serverId/versions"
        params={{ serverId: server.id }}
        className={`${buttonClass('primary')} justify-self-start`}
      >
        Change it and build again
      </Link>
    </div>
  );
}

/** It never answered anyone, so nothing is lost with it. */
function FirstBuild({ serverId, hasDraft, onDiscarded }: Props) {
  const discard = useDeleteServer(serverId, onDiscarded);
  return (
    <div className="grid gap-3">
      <p className="text-muted">
        Going back deletes this server, which never went live, and frees its address.
        {hasDraft && ' The draft is kept; secrets have to be typed again.'}
      </p>
      {discard.error && <Problem error={discard.error} />}
      <Button
        look="primary"
        className="justify-self-start"
        busy={discard.isPending && 'Going back…'}
        onClick={() => discard.mutate()}
      >
        {hasDraft ? 'Discard and edit the draft' : 'Discard and describe anew'}
      </Button>
    </div>
  );
}
