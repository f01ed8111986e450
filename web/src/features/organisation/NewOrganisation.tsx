import { type FormEvent, useState } from 'react';
import { refusedFor } from '@/lib/refusals';
import { slugFrom, slugProblem } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { useCreateOrg, useSwitch } from './api';

/** One more organisation: with servers, keys, members and a plan of its own. */
export function NewOrganisation({ urlBase, onEntered }: { urlBase: string; onEntered: () => Promise<void> }) {
  const [name, setName] = useState('');
  const [wanted, setWanted] = useState<string | null>(null);
  const create = useCreateOrg();
  const enter = useSwitch(onEntered);
  const slug = wanted ?? (/[a-z]{2}/i.test(name) ? slugFrom(name) : '');
  const wrong = slug === '' ? null : slugProblem(slug);
  const ready = name.trim() !== '' && !wrong;
  const said = { name: refusedFor(create.error, 'invalid_name'), slug: refusedFor(create.error, 'slug_taken') };
  const busy = (create.isPending && 'Making it…') || (enter.isPending && 'Going there…');

  function submit(event: FormEvent) {
    event.preventDefault();
    // It is made already where only the way there has failed.
    if (create.isSuccess) enter.mutate(create.data.slug);
    else if (ready) {
      create.mutate(
        { name: name.trim(), ...(slug !== '' && { slug }) },
        { onSuccess: (made) => enter.mutate(made.slug) },
      );
    }
  }

  return (
    <Page
      title="New organisation"
      lead="For another team or purpose: it has servers, keys, members and a plan of its own. You are its owner."
    >
      <form onSubmit={submit} noValidate className="grid max-w-md gap-4">
        <Field
          label="Name"
          maxLength={80}
          autoComplete="off"
          placeholder="Acme, Inc."
          value={name}
          error={said.name}
          disabled={create.isSuccess}
          onChange={(event) => {
            create.reset();
            setName(event.target.value);
          }}
        />
        <Field
          label="Address"
          mono
          maxLength={40}
          autoComplete="off"
          spellCheck={false}
          autoCapitalize="none"
          value={slug}
          error={wrong ?? said.slug}
          disabled={create.isSuccess}
          hint={
            slug === '' ? (
              'Left empty, it is the nearest to the name that is free. It stays for good.'
            ) : (
              <>
                Its servers’ URLs begin with{' '}
                <code className="wrap-anywhere">
                  {urlBase}/{slug}
                </code>
                , for good.
              </>
            )
          }
          onChange={(event) => {
            create.reset();
            setWanted(event.target.value);
          }}
        />
        {create.error && !said.name && !said.slug && <Problem error={create.error} />}
        {enter.error && <Problem error={enter.error} />}
        <Button
          type="submit"
          look="primary"
          className="justify-self-start"
          disabled={!ready && !create.isSuccess}
          busy={busy}
        >
          {create.isSuccess ? 'Go there' : 'Make organisation'}
        </Button>
      </form>
    </Page>
  );
}
