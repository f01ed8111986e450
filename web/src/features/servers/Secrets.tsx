import { type FormEvent, useState } from 'react';
import type { RequiredSecret, ServerDetail } from '@/lib/contract';
import { webAddress } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { useSetSecret } from './api';

/** Which secrets are set, and a way to set each anew. */
export function Secrets({ server }: { server: ServerDetail }) {
  const set = new Set(server.secrets.filter((secret) => secret.set).map(({ key }) => key));
  return (
    <ul className="divide-y divide-line rounded-md border border-line bg-surface">
      {server.requiredSecrets.map((secret) => (
        <SecretRow key={secret.key} serverId={server.id} secret={secret} isSet={set.has(secret.key)} />
      ))}
    </ul>
  );
}

function SecretRow({ serverId, secret, isSet }: { serverId: string; secret: RequiredSecret; isSet: boolean }) {
  const [open, setOpen] = useState(false);
  const howToGet = webAddress(secret.howToGetUrl);
  return (
    <li className="grid gap-3 p-4">
      <div className="flex items-start justify-between gap-4">
        <div className="grid min-w-0 gap-1">
          <p className="flex flex-wrap items-baseline gap-x-3">
            <code className="font-medium">{secret.key}</code>
            <span className={`text-xs ${isSet ? 'text-muted' : 'text-decide'}`}>
              {isSet ? 'set' : 'missing: tools that need it fail'}
            </span>
          </p>
          <p className="text-muted wrap-anywhere">
            {secret.description && `${secret.description} `}
            Sent only to <code>{secret.hosts.join(', ')}</code>.{' '}
            {howToGet && (
              <a
                href={howToGet}
                target="_blank"
                rel="noopener noreferrer"
                className="text-link underline underline-offset-2"
              >
                How to get it
              </a>
            )}
          </p>
        </div>
        {!open && (
          <Button onClick={() => setOpen(true)} aria-label={`${isSet ? 'Replace' : 'Set'} ${secret.key}`}>
            {isSet ? 'Replace' : 'Set'}
          </Button>
        )}
      </div>
      {open && <SecretForm serverId={serverId} secretKey={secret.key} onDone={() => setOpen(false)} />}
    </li>
  );
}

function SecretForm({ serverId, secretKey, onDone }: { serverId: string; secretKey: string; onDone: () => void }) {
  const [value, setValue] = useState('');
  const save = useSetSecret(serverId);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (value !== '') save.mutate({ key: secretKey, value }, { onSuccess: onDone });
  }

  return (
    <form onSubmit={submit} className="grid gap-3">
      <Field
        label={`Value of ${secretKey}`}
        type="password"
        mono
        autoComplete="off"
        data-1p-ignore
        value={value}
        onChange={(event) => setValue(event.target.value)}
        hint="From the next call on."
      />
      {save.error && <Problem error={save.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={value === ''} busy={save.isPending && 'Saving…'}>
          Save secret
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
