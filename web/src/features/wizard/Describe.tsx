import { type FormEvent, type KeyboardEvent, useRef } from 'react';
import { ApiError } from '@/lib/api';
import { capital } from '@/lib/words';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import type { Drafting } from './drafting';
import { examples } from './examples';
import { PastedSecrets } from './PastedSecrets';
import { Progress, Written } from './Progress';
import { type Pasted, pastedIn } from './pasted';

interface Props {
  prompt: string;
  /** Whether a model is asked although there is a draft of these words. */
  fresh: boolean;
  drafting: Drafting;
  onPrompt: (prompt: string) => void;
}

/** The first step: words in, a drafted spec out. */
export function Describe({ prompt, fresh, drafting, onPrompt }: Props) {
  const field = useRef<HTMLDivElement>(null);
  const { error } = drafting;
  const said = error instanceof ApiError && error.code === 'secret_in_prompt' ? error : null;
  const pasted = pastedIn(error, prompt);

  function draft(event?: FormEvent) {
    event?.preventDefault();
    drafting.start();
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
          readOnly={drafting.isPending}
          onChange={(event) => {
            // Where it was found holds for the text that was sent.
            if (said) drafting.reset();
            onPrompt(event.target.value);
          }}
          onKeyDown={onKeyDown}
          error={said && `${capital(said.message)}.`}
          hint="Leave keys and passwords out: the next step asks for them, and the model never sees them."
        />
        {pasted.length > 0 && <PastedSecrets pasted={pasted} onShow={show} />}
      </div>
      {drafting.isPending ? (
        <div className="arrive divide-y divide-line overflow-hidden rounded-md border border-line bg-surface">
          <Progress words="Drafting the tools" drafting={drafting} />
          <Written text={drafting.text} />
        </div>
      ) : (
        <>
          {error && !said && <Problem error={error} />}
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
