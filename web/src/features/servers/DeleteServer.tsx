import { type FormEvent, useState } from 'react';
import type { Server } from '@/lib/contract';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { useDeleteServer } from './api';

interface Props {
  server: Server;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks for the server's slug before it is deleted. */
export function DeleteServer({ server, onClose, onDeleted }: Props) {
  const [typed, setTyped] = useState('');
  const remove = useDeleteServer(server.id);
  const sure = typed.trim() === server.slug;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (sure) remove.mutate(undefined, { onSuccess: onDeleted });
  }

  return (
    <Dialog title={`Delete ${server.name}?`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <p>
          Deletes <code className="wrap-anywhere">{server.slug}</code>, its versions and its secrets, and ends access
          for every client at once. This cannot be undone.
        </p>
        <Field
          label={`Type ${server.slug} to confirm`}
          mono
          autoComplete="off"
          spellCheck={false}
          autoCapitalize="none"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {remove.error && <Problem error={remove.error} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" look="danger" disabled={!sure} busy={remove.isPending && 'Deleting…'}>
            Delete {server.slug}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
