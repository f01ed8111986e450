import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Passkey } from '@/lib/contract';
import { browserHasPasskeys, machineName } from '@/lib/passkeys';
import { waysOptions } from '@/lib/ways';
import { ago } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { Row, Rows } from '@/ui/Row';
import { Skeleton } from '@/ui/Skeleton';
import { passkeysOptions, useAddPasskey, useRemovePasskey, useRenamePasskey } from './api';

/** Passkeys: what is there, one more, other names, and the end of each. */
export function Passkeys() {
  const { data: ways } = useQuery(waysOptions);
  const { data: passkeys, error, refetch } = useQuery(passkeysOptions);
  return (
    <Section title="Passkeys" note="Your device signs you in, with its PIN, your face or finger. Nothing to type.">
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {!passkeys && !error && <Skeleton lines={2} />}
      {passkeys && passkeys.length > 0 && (
        <Rows label="Your passkeys">
          {passkeys.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} />
          ))}
        </Rows>
      )}
      {passkeys && ways && <Add possible={ways.passkeys} none={passkeys.length === 0} />}
    </Section>
  );
}

function Add({ possible, none }: { possible: boolean; none: boolean }) {
  const add = useAddPasskey();
  const [name, setName] = useState(machineName);
  if (!possible) {
    return (
      <p className="text-muted">
        Passkeys need Cloche at a name, and this one is at a number. Its operator sets <code>http.public_url</code>,
        like <code>https://cloche.example</code> or <code>http://localhost:8787</code>.
      </p>
    );
  }
  if (!browserHasPasskeys()) {
    return (
      <p className="text-muted">This browser is too old for passkeys. Update it, or add one in another browser.</p>
    );
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== '') add.mutate(name.trim());
  }

  return (
    <form onSubmit={submit} className="grid gap-3">
      {none && <p className="text-muted">You have no passkey yet.</p>}
      <div className="flex flex-wrap items-end gap-2">
        <div className="w-64">
          <Field
            label="Name of the new passkey"
            maxLength={80}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <Button type="submit" disabled={name.trim() === ''} busy={add.isPending && 'Waiting for your device…'}>
          Add a passkey
        </Button>
      </div>
      {add.error && <Problem error={add.error} />}
    </form>
  );
}

function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const remove = useRemovePasskey();
  const [renaming, setRenaming] = useState(false);
  const used = passkey.lastUsedAt ? `used ${ago(passkey.lastUsedAt)}` : 'not used yet';
  if (renaming) return <Rename passkey={passkey} onDone={() => setRenaming(false)} />;
  return (
    <Row
      title={passkey.name}
      note={
        <>
          Added <time dateTime={passkey.createdAt}>{ago(passkey.createdAt)}</time>, {used}
        </>
      }
      actions={
        <Button look="quiet" aria-label={`Rename ${passkey.name}`} onClick={() => setRenaming(true)}>
          Rename
        </Button>
      }
      ending={{
        verb: 'Remove',
        name: passkey.name,
        effect: 'It no longer signs you in. Remove it on the device as well.',
        busy: 'Removing…',
        run: () => remove.mutate(passkey.id),
        isPending: remove.isPending,
        error: remove.error,
      }}
    />
  );
}

function Rename({ passkey, onDone }: { passkey: Passkey; onDone: () => void }) {
  const rename = useRenamePasskey();
  const [name, setName] = useState(passkey.name);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== '') rename.mutate({ id: passkey.id, name: name.trim() }, { onSuccess: onDone });
  }

  return (
    <li className="p-4">
      <form onSubmit={submit} className="grid gap-3">
        <Field
          label={`New name of ${passkey.name}`}
          maxLength={80}
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {rename.error && <Problem error={rename.error} />}
        <div className="flex gap-2">
          <Button type="submit" look="primary" disabled={name.trim() === ''} busy={rename.isPending && 'Saving…'}>
            Save name
          </Button>
          <Button onClick={onDone}>Cancel</Button>
        </div>
      </form>
    </li>
  );
}
