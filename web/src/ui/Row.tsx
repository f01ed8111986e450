import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from './Button';
import { Problem } from './Notice';

/** The end of something, which is asked about first. */
export interface Ending {
  verb: string;
  /** What is ended, where it is asked about. */
  name: string;
  effect: string;
  /** While it is under way, like «Removing…». */
  busy: string;
  run: () => void;
  isPending: boolean;
  error: Error | null;
}

interface Props {
  title: ReactNode;
  note: ReactNode;
  /** Left out: one may not end it. */
  ending?: Ending | false | undefined;
  /** What else can be done with it. */
  actions?: ReactNode;
  /** Below: what has gone wrong, or what is under way. */
  children?: ReactNode;
}

/** One thing of a list, what can be done with it, and its end. */
export function Row({ title, note, ending, actions, children }: Props) {
  const [asking, setAsking] = useState(false);
  const keep = useRef<HTMLButtonElement>(null);
  const ask = useRef<HTMLButtonElement>(null);
  const moved = useRef(false);

  // The button that had the focus is gone: the question has it, and gives it back.
  useEffect(() => {
    if (asking) keep.current?.focus();
    else if (moved.current) ask.current?.focus();
    moved.current = asking;
  }, [asking]);

  return (
    <li className="grid gap-3 p-4">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="grid min-w-0 gap-0.5">
          <div className="font-medium wrap-anywhere">{title}</div>
          <div className="text-xs text-muted wrap-anywhere">{note}</div>
        </div>
        {!asking && (actions || ending) && (
          <div className="flex flex-wrap gap-2">
            {actions}
            {ending && (
              <Button
                ref={ask}
                look="danger"
                aria-label={`${ending.verb} ${ending.name}`}
                onClick={() => setAsking(true)}
              >
                {ending.verb}
              </Button>
            )}
          </div>
        )}
      </div>
      {children}
      {ending && asking && (
        <div className="flex flex-wrap items-center justify-between gap-3">
          <p className="max-w-prose text-muted wrap-anywhere">{ending.effect}</p>
          <div className="flex gap-2">
            <Button ref={keep} onClick={() => setAsking(false)}>
              Cancel
            </Button>
            <Button
              look="danger"
              aria-label={`${ending.verb} ${ending.name} now`}
              busy={ending.isPending && ending.busy}
              onClick={ending.run}
            >
              {ending.verb}
            </Button>
          </div>
        </div>
      )}
      {ending !== false && ending?.error && <Problem error={ending.error} />}
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
