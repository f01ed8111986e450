import { type FormEvent, useState } from 'react';
import type { Me } from '@/lib/contract';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Field } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { useDeleteOrg } from './api';

/** A page shows several spaces as one. */
function spaced(name: string): string {
  return name.replace(/\s+/g, ' ').trim();
}

interface Props {
  org: Me['org'];
  onGone: () => Promise<void>;
}

/** The end of the organisation, for an owner. */
export function EndOrganisation({ org, onGone }: Props) {
  const [asking, setAsking] = useState(false);
  return (
    <Section title="Delete">
      <p className="text-muted">
        Deletes the organisation and all that it owns: servers with their versions and secrets, keys, its audit log.
        Access ends for every client and member at once.
      </p>
      <Button look="danger" className="justify-self-start" onClick={() => setAsking(true)}>
        Delete the organisation
      </Button>
      {asking && <Confirm org={org} onGone={onGone} onClose={() => setAsking(false)} />}
    </Section>
  );
}

function Confirm({ org, onGone, onClose }: Props & { onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const remove = useDeleteOrg(onGone);
  const sure = spaced(typed) === spaced(org.name);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (sure) remove.mutate(org.name);
  }

  return (
    <Dialog title={`Delete ${org.name}?`} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <p>
          This cannot be undone. The slug <code className="wrap-anywhere">{org.slug}</code> is never given out again.
          Export the audit log first if you need it.
        </p>
        <Field
          label={`Type ${org.name} to confirm`}
          autoComplete="off"
          spellCheck={false}
          autoCapitalize="none"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {remove.error && <Problem error={remove.error} />}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" look="danger" disabled={!sure} busy={remove.isPending && 'Deleting…'}>
            Delete the organisation
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
