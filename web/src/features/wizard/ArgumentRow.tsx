import { useState } from 'react';
import { Button } from '@/ui/Button';
import { Field, Choice as Select } from '@/ui/Field';
import { type Argument, argumentProblem, argumentTypes } from './schema';

interface Props {
  argument: Argument;
  /** The names of the others. */
  others: string[];
  onChange: (change: Partial<Argument>) => void;
  onRemove: () => void;
}

/** One argument of a tool. */
export function ArgumentRow({ argument: { name, type, description, required }, others, onChange, onRemove }: Props) {
  // A name that cannot be is held here until it can; left like that, it is what it was.
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <li className="grid gap-2 border-line border-l pl-3">
      <div className="grid items-start gap-2 sm:grid-cols-[minmax(0,3fr)_minmax(0,2fr)_auto]">
        <Field
          label="Argument"
          bare
          mono
          placeholder="name"
          value={typed ?? name}
          spellCheck={false}
          autoCapitalize="none"
          onChange={({ target }) => {
            const problem = argumentProblem(target.value, others);
            setTyped(problem ? target.value : null);
            if (!problem) onChange({ name: target.value });
          }}
          onBlur={() => setTyped(null)}
          error={typed === null ? null : `${argumentProblem(typed, others)} It stays ${name} until then.`}
        />
        <Select
          label={`Type of ${name}`}
          bare
          value={type ?? ''}
          options={[
            ...(type ? [] : [['', 'as in the JSON Schema'] satisfies [string, string]]),
            ...argumentTypes.map((one): [string, string] => [one, one]),
          ]}
          onChange={({ target }) => onChange({ type: argumentTypes.find((one) => one === target.value) ?? null })}
        />
        <div className="flex items-center justify-between gap-2">
          <label className="flex h-9 items-center gap-2">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={required}
              onChange={(event) => onChange({ required: event.target.checked })}
            />
            required<span className="sr-only">: {name}</span>
          </label>
          <Button look="quiet" aria-label={`Remove argument ${name}`} onClick={onRemove}>
            Remove
          </Button>
        </div>
      </div>
      <Field
        label={`What ${name} means`}
        bare
        placeholder="What it means, for AI clients"
        value={description}
        onChange={(event) => onChange({ description: event.target.value })}
      />
    </li>
  );
}
