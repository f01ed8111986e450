import { useId } from 'react';
import { Button } from '@/ui/Button';
import { Choice, Field as TextBox, TextField } from '@/ui/Field';
import { type Draft, isDraft, type Typed } from './draft';
import type { Field, Scalar } from './fields';

interface Props {
  fields: Field[];
  draft: Draft;
  problems: Map<string, string>;
  onChange: (draft: Draft) => void;
  /** The path above, with its slash. */
  above?: string;
}

/** A field for each argument. */
export function ArgumentFields({ fields, draft, problems, onChange, above = '' }: Props) {
  return (
    <div className="grid gap-4">
      {fields.map((field) => (
        <Argument
          key={field.name}
          field={field}
          typed={Object.hasOwn(draft, field.name) ? draft[field.name] : undefined}
          path={above + field.name}
          problems={problems}
          onChange={(typed) => onChange({ ...draft, [field.name]: typed })}
        />
      ))}
    </div>
  );
}

interface ArgumentProps {
  field: Field;
  typed: Typed | undefined;
  path: string;
  problems: Map<string, string>;
  onChange: (typed: Typed) => void;
}

function Argument({ field, typed, path, problems, onChange }: ArgumentProps) {
  const label = field.required ? field.label : `${field.label} (optional)`;
  if (field.kind === 'group') {
    return (
      <Grouped label={label} hint={field.hint}>
        <ArgumentFields
          fields={field.fields}
          draft={isDraft(typed) ? typed : {}}
          problems={problems}
          onChange={onChange}
          above={`${path}/`}
        />
      </Grouped>
    );
  }
  if (field.kind === 'list') {
    const items = Array.isArray(typed) ? typed : [];
    return (
      <Grouped label={label} hint={field.hint}>
        <Items of={field.of} name={field.label} items={items} path={path} problems={problems} onChange={onChange} />
      </Grouped>
    );
  }
  return (
    <ScalarField
      of={field}
      label={label}
      hint={field.hint}
      required={field.required}
      typed={typeof typed === 'string' ? typed : ''}
      error={problems.get(path)}
      onChange={onChange}
    />
  );
}

function Grouped({ label, hint, children }: { label: string; hint: string; children: React.ReactNode }) {
  const note = useId();
  return (
    <fieldset aria-describedby={hint ? note : undefined} className="grid min-w-0 gap-3 border-line border-l pl-4">
      <legend className="float-left font-medium wrap-anywhere">{label}</legend>
      {hint && (
        <p id={note} className="text-xs text-muted wrap-anywhere">
          {hint}
        </p>
      )}
      {children}
    </fieldset>
  );
}

interface ItemsProps {
  of: Scalar;
  name: string;
  items: string[];
  path: string;
  problems: Map<string, string>;
  onChange: (items: string[]) => void;
}

function Items({ of, name, items, path, problems, onChange }: ItemsProps) {
  return (
    <>
      {items.map((item, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item is its place
        <div key={i} className="flex items-start gap-2 [&>:first-child]:flex-1">
          <ScalarField
            of={of}
            label={`${name} ${i + 1}`}
            bare
            required
            typed={item}
            error={problems.get(`${path}/${i}`)}
            onChange={(typed) => onChange(items.with(i, typed))}
          />
          <Button aria-label={`Remove ${name} ${i + 1}`} onClick={() => onChange(items.toSpliced(i, 1))}>
            Remove
          </Button>
        </div>
      ))}
      <Button className="justify-self-start" aria-label={`Add to ${name}`} onClick={() => onChange([...items, ''])}>
        Add
      </Button>
    </>
  );
}

interface ScalarProps {
  of: Scalar | { kind: 'json' };
  label: string;
  hint?: string;
  bare?: boolean;
  required: boolean;
  typed: string;
  error: string | undefined;
  onChange: (typed: string) => void;
}

function ScalarField({ of, required, typed, onChange, ...labels }: ScalarProps) {
  const wiring = {
    ...labels,
    value: typed,
    'aria-required': required,
    onChange: ({ target }: { target: { value: string } }) => onChange(target.value),
  };
  switch (of.kind) {
    case 'text':
      return of.long ? <TextField {...wiring} rows={1} /> : <TextBox {...wiring} />;
    case 'number':
      return <TextBox {...wiring} inputMode={of.whole && (of.min ?? -1) >= 0 ? 'numeric' : 'decimal'} />;
    case 'json':
      return <TextField {...wiring} mono rows={3} className="min-h-16" spellCheck={false} placeholder="JSON" />;
    case 'truth':
      return <Choice {...wiring} options={[unset(required), ['true', 'true'], ['false', 'false']]} />;
    case 'choice':
      return <Choice {...wiring} options={[unset(required), ...of.values.map(named)]} />;
  }
}

function unset(required: boolean): [string, string] {
  return ['', required ? 'Choose…' : 'Left out'];
}

function named(value: unknown): [string, string] {
  const json = JSON.stringify(value);
  return [json, typeof value === 'string' ? value : json];
}
