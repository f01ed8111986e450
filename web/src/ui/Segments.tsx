interface Props<Value extends string> {
  label: string;
  options: readonly (readonly [Value, string])[];
  value: Value;
  onValue: (value: Value) => void;
}

/** One of two or three views of the same. */
export function Segments<Value extends string>({ label, options, value, onValue }: Props<Value>) {
  return (
    <fieldset className="inline-flex justify-self-start rounded-md border border-line bg-surface p-0.5 text-sm">
      <legend className="sr-only">{label}</legend>
      {options.map(([one, words]) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === value}
          onClick={() => onValue(one)}
          className={`rounded-md px-2.5 py-1 whitespace-nowrap ${one === value ? 'bg-sunken font-medium text-ink' : 'text-muted hover:text-ink'}`}
        >
          {words}
        </button>
      ))}
    </fieldset>
  );
}
