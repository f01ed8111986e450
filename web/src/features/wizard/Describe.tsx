import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { ApiError } from '@/lib/api';
import type { Preview } from '@/lib/contract';
import { capital, duration } from '@/lib/words';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { usePreview } from './api';
import { examples } from './examples';
import { PastedSecrets } from './PastedSecrets';
import { type Pasted, pastedIn } from './pasted';

interface Props {
  prompt: string;
  /** Whether a model is asked although there is a draft of these words. */
  fresh: boolean;
  onPrompt: (prompt: string) => void;
  onPreview: (preview: Preview) => void;
}

/** The first step: words in, a drafted spec out. */
export function Describe({ prompt, fresh, onPrompt, onPreview }: Props) {
  const preview = usePreview();
  const [text, setText] = useState('');
  const abort = useRef<AbortController | null>(null);
  const field = useRef<HTMLDivElement>(null);
  const said = preview.error instanceof ApiError && preview.error.code === 'secret_in_prompt' ? preview.error : null;
  const pasted = pastedIn(preview.error, prompt);

  useEffect(() => () => abort.current?.abort(), []);

  function draft(event?: FormEvent) {
    event?.preventDefault();
    if (prompt.trim() === '' || preview.isPending) return;
    abort.current = new AbortController();
    setText('');
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

  function show({ start, end }: Pasted) {
    const text = field.current?.querySelector('textarea');
    text?.focus();
    text?.setSelectionRange(start, end);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) draft();
  }

  return (
    <form onSubmit={draft} className="grid gap-6">
      <div ref={field} className="grid gap-2">
        <TextField
          label="Describe the server"
          bare
          className="min-h-44 text-base"
          placeholder="Tools it should have, the services they call, what they give back…"
          value={prompt}
          readOnly={preview.isPending}
          onChange={(event) => {
            // Where it was found holds for the text that was sent.
            if (said) preview.reset();
            onPrompt(event.target.value);
          }}
          onKeyDown={onKeyDown}
          error={said && `${capital(said.message)}.`}
          hint="Leave keys and passwords out: the next step asks for them, and the model never sees them."
        />
        {pasted.length > 0 && <PastedSecrets pasted={pasted} onShow={show} />}
      </div>
      {preview.isPending ? (
        <Drafting text={text} onCancel={cancel} />
      ) : (
        <>
          {preview.error && !said && <Problem error={preview.error} />}
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <Button
              type="submit"
              look="primary"
              disabled={prompt.trim() === ''}
              aria-keyshortcuts="Control+Enter Meta+Enter"
            >
              {fresh ? 'Draft anew' : 'Draft tools'}
            </Button>
            <span className="text-muted">
              <span className="max-sm:hidden">
                <kbd className="rounded-sm border border-line px-1">Ctrl Enter</kbd> ·{' '}
              </span>
              {fresh
                ? 'asks the model again, which takes a draft of today'
                : 'nothing is built before you have reviewed it'}
            </span>
          </div>
          <Examples onPick={onPrompt} />
        </>
      )}
    </form>
  );
}

function Examples({ onPick }: { onPick: (prompt: string) => void }) {
  return (
    <div className="grid gap-2">
      <p className="text-muted">Or begin with one of these:</p>
      <ul className="grid gap-2 sm:grid-cols-2">
        {examples.map(({ title, prompt }) => (
          <li key={title} className="grid">
            <button
              type="button"
              onClick={() => onPick(prompt)}
              className="grid content-start gap-1 rounded-md border border-line bg-surface p-4 text-left transition-colors duration-150 hover:border-edge"
            >
              <span className="font-medium">{title}</span>
              <span className="line-clamp-2 text-muted">{prompt}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Drafting({ text, onCancel }: { text: string; onCancel: () => void }) {
  const [begun] = useState(() => Date.now());
  const [now, setNow] = useState(begun);
  const end = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new piece of text moves the end
  useEffect(() => {
    if (end.current) end.current.scrollTop = end.current.scrollHeight;
  }, [text]);

  return (
    <div className="arrive overflow-hidden rounded-md border border-line bg-surface">
      <div className="flex items-center justify-between gap-4 border-line border-b p-2 pl-4">
        <p role="status" className="flex items-center gap-2">
          <span aria-hidden="true" className="pulse size-2 rounded-full bg-accent" />
          Drafting the tools
          <span aria-hidden="true" className="text-muted tabular-nums">
            {duration(now - begun)}
          </span>
        </p>
        <Button look="quiet" onClick={onCancel}>
          Cancel
        </Button>
      </div>
      <section ref={end} tabIndex={0} aria-label="What the model writes" className="h-48 overflow-auto p-4">
        <pre className="text-xs whitespace-pre-wrap text-muted wrap-anywhere">
          {text || 'Waiting for the first words…'}
        </pre>
      </section>
    </div>
  );
}
