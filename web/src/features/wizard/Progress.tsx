import { useEffect, useRef, useState } from 'react';
import { duration } from '@/lib/words';
import { Button } from '@/ui/Button';
import type { Drafting } from './drafting';

/** How long it has been drafted, and how to end that. */
export function Progress({ words, drafting }: { words: string; drafting: Drafting }) {
  const [now, setNow] = useState(drafting.begun);

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, []);

  return (
    <div className="flex items-center justify-between gap-4 p-2 pl-4">
      <p className="flex items-center gap-2">
        <span aria-hidden="true" className="pulse size-2 shrink-0 rounded-full bg-accent" />
        <span role="status">{words}</span>
        <span aria-hidden="true" className="text-muted tabular-nums">
          {duration(Math.max(now - drafting.begun, 0))}
        </span>
      </p>
      <Button look="quiet" onClick={drafting.cancel}>
        Cancel
      </Button>
    </div>
  );
}

/** What the model writes, as it writes it. */
export function Written({ text }: { text: string }) {
  const end = useRef<HTMLDivElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new piece of text moves the end
  useEffect(() => {
    if (end.current) end.current.scrollTop = end.current.scrollHeight;
  }, [text]);

  return (
    <section ref={end} tabIndex={0} aria-label="What the model writes" className="h-48 overflow-auto p-4">
      <pre className="text-xs whitespace-pre-wrap text-muted wrap-anywhere">
        {text || 'Waiting for the first words…'}
      </pre>
    </section>
  );
}
