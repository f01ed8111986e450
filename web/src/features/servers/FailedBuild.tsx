import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { useDeleteServer } from './api';

interface Props {
  serverId: string;
  /** This tab has the draft that was built. */
  hasDraft: boolean;
  onDiscarded: () => void;
}

/** The way on from a server whose first build failed: it never answered anyone, so nothing is lost with it. */
export function FailedBuild({ serverId, hasDraft, onDiscarded }: Props) {
  const discard = useDeleteServer(serverId);
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
        onClick={() => discard.mutate(undefined, { onSuccess: onDiscarded })}
      >
        {hasDraft ? 'Discard and edit the draft' : 'Discard and describe anew'}
      </Button>
    </div>
  );
}
