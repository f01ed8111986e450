import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError } from '@/lib/api';
import type { Preview } from '@/lib/contract';
import type { Imported } from '@/lib/imports';
import { capital, count } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Choice as Select } from '@/ui/Field';
import { Notice, Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import type { Choice } from './draft';
import { importOptions, useDraftOfImport } from './imports';
import { OperationList } from './OperationList';

interface Props {
  choice: Choice;
  onChoice: (choice: Choice) => void;
  onPreview: (preview: Preview) => void;
  onBack: () => void;
}

/** Which of a document's operations become tools. */
export function ChooseOperations(props: Props) {
  const { data: imported, error, refetch } = useQuery(importOptions(props.choice.importId));
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <Page
      title={imported ? `Choose from ${imported.title || 'the document'}` : 'Choose operations'}
      lead={imported && !imported.tooLarge && `${capital(imported.advice)}.`}
      action={imported && <Button onClick={props.onBack}>Another document</Button>}
    >
      {!imported && !error && <Skeleton lines={6} />}
      {!imported && error && (
        <Problem
          error={error}
          action={
            <>
              {!gone && <Button onClick={() => refetch()}>Try again</Button>}
              <Button onClick={props.onBack}>Bring the document again</Button>
            </>
          }
        />
      )}
      {imported && <ChoiceForm {...props} imported={imported} />}
    </Page>
  );
}

function ChoiceForm({ choice, onChoice, onPreview, onBack, imported }: Props & { imported: Imported }) {
  const draft = useDraftOfImport(choice.importId);
  const [asked, setAsked] = useState(false);
  const { operations: chosen, auth } = choice;
  const gone = draft.error instanceof ApiError && draft.error.status === 404;

  function choose(change: Partial<Choice>) {
    // What was asked for before is of another choice.
    draft.reset();
    onChoice({ ...choice, ...change });
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    setAsked(true);
    if (chosen.length === 0) return;
    draft.mutate({ operations: chosen, ...(auth && { auth }) }, { onSuccess: onPreview });
  }

  return (
    <form onSubmit={submit} noValidate className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_320px]">
      <div className="grid min-w-0 gap-4">
        {imported.tooLarge && <Notice tone="decide">{capital(imported.advice)}.</Notice>}
        <OperationList
          operations={imported.operations}
          chosen={chosen}
          most={imported.mostTools}
          onChosen={(operations) => choose({ operations })}
        />
      </div>
      <aside aria-label="Before you draft" className="grid min-w-0 gap-4 lg:sticky lg:top-8">
        <section aria-label="Chosen" className="grid gap-2 rounded-md border border-line bg-surface p-4">
          <h2 className="font-semibold tabular-nums" aria-live="polite">
            {chosen.length} of {imported.mostTools} chosen
          </h2>
          {chosen.length === 0 ? (
            <p className="text-muted">Each operation that you choose becomes a tool.</p>
          ) : (
            <ul className="-mx-2 grid max-h-72 overflow-y-auto">
              {chosen.map((id) => (
                <li key={id} className="flex items-start justify-between gap-2 pl-2">
                  <code className="min-w-0 py-2 text-xs wrap-anywhere">{id}</code>
                  <Button
                    look="quiet"
                    aria-label={`Remove ${id}`}
                    onClick={() => choose({ operations: chosen.filter((other) => other !== id) })}
                  >
                    Remove
                  </Button>
                </li>
              ))}
            </ul>
          )}
          {chosen.length >= imported.mostTools && (
            <p className="text-muted">That is as many as a server has: remove one to choose another.</p>
          )}
        </section>
        <Select
          label="How the tools sign in"
          value={auth}
          options={waysOf(imported)}
          onChange={({ target }) => choose({ auth: target.value })}
          hint={hintOf(imported, auth)}
        />
        {draft.error && (
          <Problem error={draft.error} action={gone && <Button onClick={onBack}>Bring the document again</Button>} />
        )}
        {asked && chosen.length === 0 && (
          <p role="alert" className="text-broken">
            Choose at least one operation.
          </p>
        )}
        <Button type="submit" look="primary" busy={draft.isPending && 'Drafting…'}>
          {chosen.length === 0 ? 'Draft tools' : `Draft ${count(chosen.length, 'tool')}`}
        </Button>
        <p className="text-muted">You see their code, hosts and secrets next. Nothing is built before that.</p>
      </aside>
    </form>
  );
}

const kinds = {
  bearer: 'a bearer token',
  basic: 'user and password',
  header: 'a key in a header',
  query: 'a key in the query',
  cookie: 'a key in a cookie',
};

function waysOf({ auth }: Imported): [string, string][] {
  const named = auth.flatMap(({ name, kind }): [string, string][] =>
    kind === 'unsupported' ? [] : [[name, `${name}: ${kinds[kind]}`]],
  );
  const has = (name: string) => auth.some((one) => one.name === name);
  return [
    ['', 'As the document says'],
    ...named,
    ...(has('bearer') ? [] : [['bearer', 'A bearer token, whatever it says'] satisfies [string, string]]),
    ...(has('none') ? [] : [['none', 'Not at all'] satisfies [string, string]]),
  ];
}

function hintOf({ auth }: Imported, chosen: string): string | null {
  const said = auth.find(({ name }) => name === chosen)?.description;
  if (said) return said;
  const missing = auth.filter(({ kind }) => kind === 'unsupported').map(({ name }) => name);
  return missing.length > 0 ? `Not supported: ${missing.join(', ')}.` : null;
}
