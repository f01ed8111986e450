import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { Field } from './Field';
import { Problem } from './Notice';

interface Props {
  /** What is to be deleted. */
  name: string;
  /** What has to be typed first. */
  word: string;
  mono?: boolean;
  /** What the button says. */
  verb: string;
  deleting: { isPending: boolean; error: Error | null };
  onDelete: () => void;
  onClose: () => void;
  /** What goes with it. */
  children: ReactNode;
}

/** Has a name typed before what bears it is deleted. */
export function DeleteDialog({ name, word, mono = false, verb, deleting, onDelete, onClose, children }: Props) {
  const [typed, setTyped] = useState('');
  const sure = spaced(typed) === spaced(word);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (sure) onDelete();
  }

  return (
    <Dialog title={`Delete ${name}?`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <p>{children}</p>
        <Field
          label={`Type ${word} to confirm`}
          mono={mono}
          autoComplete="off"
          spellCheck={false}
          autoCapitalize="none"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {deleting.error && <Problem error={deleting.error} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" look="danger" disabled={!sure} busy={deleting.isPending && 'Deleting…'}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A page shows several spaces as one. */
function spaced(name: string): string {
  return name.replace(/\s+/g, ' ').trim();
}
