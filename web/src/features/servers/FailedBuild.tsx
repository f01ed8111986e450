import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { useDeleteServer } from './api';

/** The way on from a server whose first build failed: it never answered anyone, so nothing is lost with it. */
export function FailedBuild({ serverId, onDiscarded }: { serverId: string; onDiscarded: () => void }) {
  const discard = useDeleteServer(serverId);
  return (
    <div className="grid gap-3">
      <p className="text-muted">
        Going back deletes this server, which never went live, and frees its address. The draft is kept; secrets have to
        be typed again.
      </p>
      {discard.error && <Problem error={discard.error} />}
      <Button
        look="primary"
        className="justify-self-start"
        busy={discard.isPending && 'Going back…'}
        onClick={() => discard.mutate(undefined, { onSuccess: onDiscarded })}
      >
        Discard and edit the draft
      </Button>
    </div>
  );
}
