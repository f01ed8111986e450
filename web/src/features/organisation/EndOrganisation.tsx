import { useState } from 'react';
import type { Me } from '@/lib/contract';
import { Button } from '@/ui/Button';
import { DeleteDialog } from '@/ui/DeleteDialog';
import { Section } from '@/ui/Page';
import { useDeleteOrg } from './api';

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
  const remove = useDeleteOrg(onGone);
  return (
    <DeleteDialog
      name={org.name}
      word={org.name}
      verb="Delete the organisation"
      deleting={remove}
      onDelete={() => remove.mutate(org.name)}
      onClose={onClose}
    >
      This cannot be undone. The slug <code className="wrap-anywhere">{org.slug}</code> is never given out again. Export
      the audit log first if you need it.
    </DeleteDialog>
  );
}
