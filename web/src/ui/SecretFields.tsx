import { useState } from 'react';
import type { RequiredSecret } from '@/lib/contract';
import { webAddress } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';

interface Props {
  required: RequiredSecret[];
  values: Record<string, string>;
  problems: Map<string, string>;
  onChange: (key: string, value: string) => void;
}

export function SecretFields({ required, values, problems, onChange }: Props) {
  return required.map((secret) => (
    <SecretField
      key={secret.key}
      secret={secret}
      value={values[secret.key] ?? ''}
      problem={problems.get(`secrets/${secret.key}`)}
      onChange={(value) => onChange(secret.key, value)}
    />
  ));
}

interface FieldProps {
  secret: RequiredSecret;
  value: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}

function SecretField({ secret, value, problem, onChange }: FieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <div className="grid gap-2 rounded-md border border-line bg-surface p-4">
      <div className="flex items-end gap-2 [&>:first-child]:flex-1">
        <Field
          label={secret.key}
          type={shown ? 'text' : 'password'}
          mono
          autoComplete="off"
          data-1p-ignore
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-required="false"
        />
        <Button onClick={() => setShown(!shown)} aria-label={`${shown ? 'Hide' : 'Show'} ${secret.key}`}>
          {shown ? 'Hide' : 'Show'}
        </Button>
      </div>
      {problem && <p className="text-xs text-broken">{problem}</p>}
      <AboutSecret secret={secret} />
    </div>
  );
}

/** What a secret is, where it is sent, and how to get one. */
export function AboutSecret({ secret: { description, hosts, howToGetUrl } }: { secret: RequiredSecret }) {
  const address = webAddress(howToGetUrl);
  return (
    <p className="text-muted whitespace-pre-line wrap-anywhere">
      {description && `${description} `}
      Sent only to <code>{hosts.join(', ')}</code>.
      {address && (
        <>
          {' '}
          <a
            href={address}
            target="_blank"
            rel="noopener noreferrer"
            className="text-link underline underline-offset-2"
          >
            How to get it
          </a>{' '}
          ({new URL(address).host})
        </>
      )}
    </p>
  );
}
