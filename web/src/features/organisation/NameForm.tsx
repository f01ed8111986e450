import { type FormEvent, useState } from 'react';
import { refusedFor } from '@/lib/refusals';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { useRenameOrg } from './api';

/** Its name, for those who may give it another. */
export function NameForm({ name: before }: { name: string }) {
  const [name, setName] = useState(before);
  const rename = useRenameOrg();
  const changed = name.trim() !== '' && name.trim() !== before;
  const wrong = refusedFor(rename.error, 'invalid_name');

  function submit(event: FormEvent) {
    event.preventDefault();
    if (changed) rename.mutate(name.trim());
  }

  return (
    <Section title="Name">
      <form onSubmit={submit} className="grid gap-3">
        <div className="flex flex-wrap items-start gap-2">
          <div className="w-80 max-w-full">
            <Field
              bare
              label="Name of the organisation"
              maxLength={80}
              autoComplete="off"
              value={name}
              error={wrong}
              onChange={(event) => {
                rename.reset();
                setName(event.target.value);
              }}
            />
          </div>
          <Button type="submit" disabled={!changed} busy={rename.isPending && 'Saving…'}>
            Save name
          </Button>
        </div>
        <p role="status" className="text-xs text-muted empty:hidden">
          {rename.isSuccess && 'Saved.'}
        </p>
        {rename.error && !wrong && <Problem error={rename.error} />}
      </form>
    </Section>
  );
}
