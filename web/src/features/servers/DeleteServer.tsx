import type { Server } from '@/lib/contract';
import { DeleteDialog } from '@/ui/DeleteDialog';
import { useDeleteServer } from './api';

interface Props {
  server: Server;
  onClose: () => void;
  onDeleted: () => Promise<void>;
}

/** Asks for the server's slug before it is deleted. */
export function DeleteServer({ server, onClose, onDeleted }: Props) {
  const remove = useDeleteServer(server.id, onDeleted);
  return (
    <DeleteDialog
      name={server.name}
      word={server.slug}
      mono
      verb={`Delete ${server.slug}`}
      deleting={remove}
      onDelete={() => remove.mutate()}
      onClose={onClose}
    >
      Deletes <code className="wrap-anywhere">{server.slug}</code>, its versions and its secrets, and ends access for
      every client at once. This cannot be undone.
    </DeleteDialog>
  );
}
