import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiError, Told } from '@/lib/api';
import type { CreatedServer } from '@/lib/contract';
import type { ForkPreview } from '@/lib/market';
import { slugProblem } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { SecretFields } from '@/ui/SecretFields';
import { useCreateFork } from './api';

interface Props {
  /** The template's. */
  slug: string;
  preview: ForkPreview;
  /** What stands before the slug in the server's URL. */
  urlBase: string;
  onCancel: () => void;
  onForked: (server: CreatedServer) => void;
}

/** From a template to a server of one's own. */
export function ForkForm({ slug: template, preview, urlBase, onCancel, onForked }: Props) {
  const create = useCreateFork(template);
  const [name, setName] = useState(preview.name);
  const [slug, setSlug] = useState(preview.slug);
  // Held here alone: secrets go to the host once, and nowhere else.
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [taken, setTaken] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const wrong = slug === taken ? `${slug} is taken: choose another.` : slugProblem(slug);
  const unset = preview.requiredSecrets.filter(({ key }) => !secrets[key]).map(({ key }) => key);

  // The button that opened it is gone.
  useEffect(() => form.current?.querySelector('input')?.focus(), []);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (wrong || name.trim() === '') return;
    const given = Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''));
    create.mutate(
      { preview, name: name.trim(), slug, ...(Object.keys(given).length > 0 && { secrets: given }) },
      {
        onSuccess: (server) => {
          setSecrets({});
          onForked(server);
        },
        onError: (error) => {
          if (error instanceof ApiError && error.code === 'slug_taken') setTaken(slug);
        },
      },
    );
  }

  const failure = create.error instanceof ApiError && create.error.code === 'slug_taken' ? null : create.error;
  const other = failure instanceof Told && failure.code === 'other_release';
  return (
    <Section title="Fork" note={`Release ${preview.release}: built already, so it is live at once`}>
      <form
        ref={form}
        onSubmit={submit}
        noValidate
        className="arrive grid gap-4 rounded-md border border-line bg-surface p-4"
      >
        <Field
          label="Name"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.target.value)}
          error={name.trim() === '' ? 'Give it a name.' : null}
        />
        <Field
          label="Address"
          mono
          value={slug}
          spellCheck={false}
          autoCapitalize="none"
          onChange={(event) => setSlug(event.target.value)}
          error={wrong}
          hint={<code className="wrap-anywhere">{`${urlBase}/${slug}`}</code>}
        />
        <SecretFields
          required={preview.requiredSecrets}
          values={secrets}
          problems={new Map()}
          onChange={(key, value) => setSecrets((secrets) => ({ ...secrets, [key]: value }))}
        />
        {unset.length > 0 && (
          <p className="text-muted">
            {unset.join(', ')} can also be set later, on the server’s page. Tools that need{' '}
            {unset.length === 1 ? 'it' : 'them'} fail until then.
          </p>
        )}
        {failure && (
          <Problem error={failure} action={other && <Button onClick={onCancel}>Show the new release</Button>} />
        )}
        <div className="flex gap-2">
          <Button type="submit" look="primary" disabled={other} busy={create.isPending && 'Creating…'}>
            Create server
          </Button>
          <Button onClick={onCancel}>Cancel</Button>
        </div>
      </form>
    </Section>
  );
}
