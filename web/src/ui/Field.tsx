import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';

interface Labels {
  label: string;
  /** Under the field; replaced by the error while there is one. */
  hint?: ReactNode;
  error?: string | null | undefined;
  mono?: boolean;
  /** The label is read out but not drawn. */
  bare?: boolean | undefined;
}

const box =
  'w-full rounded-md border bg-surface px-3 text-ink placeholder:text-muted transition-colors duration-150 focus-visible:outline-offset-0';

export function Field({
  label,
  hint,
  error,
  mono,
  bare,
  className = '',
  ...input
}: Labels & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Labelled label={label} hint={hint} error={error} bare={bare}>
      {(wiring) => (
        <input {...input} {...wiring} className={`${box} h-9 ${mono ? 'font-mono' : ''} ${edge(error)} ${className}`} />
      )}
    </Labelled>
  );
}

export function TextField({
  label,
  hint,
  error,
  mono,
  bare,
  className = '',
  ...input
}: Labels & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Labelled label={label} hint={hint} error={error} bare={bare}>
      {(wiring) => (
        <textarea
          {...input}
          {...wiring}
          className={`${box} block field-sizing-content py-2 ${mono ? 'font-mono' : ''} ${edge(error)} ${className}`}
        />
      )}
    </Labelled>
  );
}

/** One of a few; `options` are values with their words. */
export function Choice({
  label,
  hint,
  error,
  bare,
  options,
  className = '',
  ...select
}: Labels & { options: readonly (readonly [string, string])[] } & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Labelled label={label} hint={hint} error={error} bare={bare}>
      {(wiring) => (
        <select {...select} {...wiring} className={`${box} h-9 ${edge(error)} ${className}`}>
          {options.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

function edge(error: string | null | undefined): string {
  return error ? 'border-broken' : 'border-edge/60 focus:border-accent';
}

interface Wiring {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
}

function Labelled(props: Pick<Labels, 'label' | 'hint' | 'error' | 'bare'> & { children: (w: Wiring) => ReactNode }) {
  const { label, hint, error, bare, children } = props;
  const id = useId();
  const note = error || hint;
  return (
    <div className="grid min-w-0 gap-1">
      <label htmlFor={id} className={bare ? 'sr-only' : 'font-medium'}>
        {label}
      </label>
      {children({ id, 'aria-invalid': Boolean(error), 'aria-describedby': note ? `${id}-note` : undefined })}
      {note && (
        <p id={`${id}-note`} className={`text-xs ${error ? 'text-broken' : 'text-muted'}`}>
          {note}
        </p>
      )}
    </div>
  );
}
