import { type ReactNode, useState } from 'react';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';

interface Props {
  title: ReactNode;
  note: ReactNode;
  /** What it is called where it is asked about. */
  name: string;
  /** What removing it is called: «Remove», and what it does. */
  verb: string;
  effect: string;
  remove: { mutate: () => void; isPending: boolean; error: Error | null };
  children?: ReactNode;
}

/** One way to sign in, and its removal, which is asked about first. */
export function Row({ title, note, name, verb, effect, remove, children }: Props) {
  const [asking, setAsking] = useState(false);
  return (
    <li className="grid gap-3 p-4">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="grid min-w-0 gap-0.5">
          <p className="font-medium wrap-anywhere">{title}</p>
          <p className="text-xs text-muted">{note}</p>
        </div>
        {!asking && (
          <div className="flex gap-2">
            {children}
            <Button look="danger" aria-label={`${verb} ${name}`} onClick={() => setAsking(true)}>
              {verb}
            </Button>
          </div>
        )}
      </div>
      {asking && (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="text-muted">{effect}</p>
          <div className="flex gap-2">
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button
              look="danger"
              aria-label={`${verb} ${name} now`}
              busy={remove.isPending && 'Removing…'}
              onClick={remove.mutate}
            >
              {verb}
            </Button>
          </div>
        </div>
      )}
      {remove.error && <Problem error={remove.error} />}
    </li>
  );
}

/** The list that rows stand in. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="divide-y divide-line rounded-md border border-line bg-surface">
      {children}
    </ul>
  );
}
