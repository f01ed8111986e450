import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { NewApiKey, Scope } from '@/lib/keys';
import { refusedFor } from '@/lib/refusals';
import { Button } from '@/ui/Button';
import { CopyButton } from '@/ui/Copy';
import { Choice, Field } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { useCreateKey } from './api';

const lives = [
  ['7', 'In a week'],
  ['30', 'In 30 days'],
  ['90', 'In 90 days'],
  ['365', 'In a year'],
  ['', 'Never: it works until it is deleted'],
] as const;

const scopes: readonly (readonly [Scope, string, string])[] = [
  ['api', 'The API', 'Whatever you may do here, but for what needs you at a browser'],
  ['mcp', 'MCP servers', 'Calls to the tools of this organisation’s servers'],
];

const moderation = [
  'admin',
  'Moderation',
  'Decisions on the templates of this platform, each with its reason',
] as const;

/** Makes a key, and shows it: this once. */
export function NewKey({ moderates }: { moderates: boolean }) {
  const create = useCreateKey();
  if (create.data) return <Shown made={create.data} onDone={create.reset} />;
  return <KeyForm create={create} offered={moderates ? [...scopes, moderation] : scopes} />;
}

interface FormProps {
  create: ReturnType<typeof useCreateKey>;
  offered: typeof scopes;
}

function KeyForm({ create, offered }: FormProps) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<Scope[]>(['api']);
  const [days, setDays] = useState('90');
  const wrongName = refusedFor(create.error, 'invalid_api_key');
  const ready = name.trim() !== '' && chosen.length > 0;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!ready) return;
    create.mutate({ name: name.trim(), scopes: chosen, ...(days !== '' && { expiresInDays: Number(days) }) });
  }

  return (
    <Section title="New key">
      <form onSubmit={submit} className="grid gap-4 rounded-md border border-line bg-surface p-4">
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <Field
            label="Name"
            maxLength={80}
            autoComplete="off"
            placeholder="deploy script"
            hint="What uses it, so that you know later what its end would break."
            value={name}
            error={wrongName}
            onChange={(event) => setName(event.target.value)}
          />
          <Choice label="Expires" options={lives} value={days} onChange={(event) => setDays(event.target.value)} />
        </div>
        <fieldset className="grid gap-2">
          <legend className="mb-1 font-medium">Good for</legend>
          {offered.map(([scope, words, note]) => (
            <label key={scope} className="flex items-start gap-2">
              <input
                type="checkbox"
                className="mt-0.5 size-4 shrink-0 accent-accent"
                checked={chosen.includes(scope)}
                onChange={({ target }) =>
                  setChosen((before) => [...before.filter((one) => one !== scope), ...(target.checked ? [scope] : [])])
                }
              />
              <span>
                {words} <span className="block text-xs text-muted">{note}</span>
              </span>
            </label>
          ))}
          {chosen.length === 0 && <p className="text-xs text-broken">Choose at least one.</p>}
        </fieldset>
        {create.error && !wrongName && <Problem error={create.error} />}
        <Button
          type="submit"
          look="primary"
          className="justify-self-start"
          disabled={!ready}
          busy={create.isPending && 'Making it…'}
        >
          Make key
        </Button>
      </form>
    </Section>
  );
}

/** The key itself. Whoever leaves it has seen it for the last time. */
function Shown({ made, onDone }: { made: NewApiKey; onDone: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <Section title={`Your new key «${made.name}»`}>
      <div
        ref={box}
        tabIndex={-1}
        className="arrive grid gap-3 rounded-md border border-decide/30 bg-decide-wash p-4 outline-none"
      >
        <p>
          <strong className="font-medium">Copy it now: it is shown this once.</strong> Only a digest of it is kept, so
          that nobody can show it again. Whoever has it acts as you.
        </p>
        <div className="flex items-center gap-2 rounded-md border border-line bg-surface p-2 pl-4">
          <code className="min-w-0 flex-1 select-all wrap-anywhere">{made.key}</code>
          <CopyButton text={made.key} what="the key" />
        </div>
        <Button className="justify-self-start" onClick={onDone}>
          I have copied it
        </Button>
      </div>
    </Section>
  );
}
