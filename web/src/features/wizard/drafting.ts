import { useEffect, useRef, useState } from 'react';
import type { Preview } from '@/lib/contract';
import { usePreview } from './api';

interface Wanted {
  prompt: string;
  /** Whether a model is asked although there is a draft of these words. */
  fresh: boolean;
  onPreview: (preview: Preview) => void;
}

export type Drafting = ReturnType<typeof useDrafting>;

/** A draft that is being written: what has come of it, and how to begin and end it. Leaving the page ends it. */
export function useDrafting({ prompt, fresh, onPreview }: Wanted) {
  const preview = usePreview();
  const [text, setText] = useState('');
  const [begun, setBegun] = useState(0);
  const abort = useRef<AbortController | null>(null);

  useEffect(() => () => abort.current?.abort(), []);

  function start() {
    if (prompt.trim() === '' || preview.isPending) return;
    abort.current = new AbortController();
    setText('');
    setBegun(Date.now());
    preview.mutate(
      {
        prompt: prompt.trim(),
        fresh,
        signal: abort.current.signal,
        onText: (piece) => setText((text) => text + piece),
      },
      { onSuccess: onPreview },
    );
  }

  function cancel() {
    abort.current?.abort();
    preview.reset();
  }

  return { text, begun, isPending: preview.isPending, error: preview.error, start, cancel, reset: preview.reset };
}
