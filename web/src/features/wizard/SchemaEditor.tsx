import * as Tabs from '@radix-ui/react-tabs';
import { useState } from 'react';
import type { JsonSchema } from '@/lib/contract';
import { Button } from '@/ui/Button';
import { CodeEditor } from '@/ui/editor/CodeEditor';
import { ArgumentRow } from './ArgumentRow';
import { argumentsOf, schemaOf, stillRead, withArgument, withNewArgument, withoutArgument } from './schema';

interface Props {
  /** The tool's name. */
  of: string;
  schema: JsonSchema;
  suggested: JsonSchema;
  code: string;
  /** What the host has against it. */
  refused: string | undefined;
  onChange: (schema: JsonSchema) => void;
  /** What stands in the way of a build while it is written, or null. */
  onProblem: (problem: string | null) => void;
}

/** A tool's arguments, as a form or as their JSON Schema. */
export function SchemaEditor({ of, schema, suggested, code, refused, onChange, onProblem }: Props) {
  const [view, setView] = useState('form');
  // As it is written; null while it is what the schema says.
  const [text, setText] = useState<string | null>(null);
  const read = text === null ? { schema } : schemaOf(text);
  const problem = 'problem' in read ? read.problem : null;
  const marks = 'line' in read && read.line ? [{ line: read.line, message: 'JSON cannot go on like this.' }] : [];
  const all = argumentsOf(schema);
  const left = stillRead(code, suggested, schema);
  const edited = text !== null || JSON.stringify(schema) !== JSON.stringify(suggested);

  function write(text: string) {
    setText(text);
    const read = schemaOf(text);
    onProblem('problem' in read ? read.problem : null);
    if ('schema' in read) onChange(read.schema);
  }

  function reset() {
    setText(null);
    onProblem(null);
    onChange(suggested);
  }

  return (
    <Tabs.Root
      value={view}
      onValueChange={(view) => {
        setText(null);
        setView(view);
      }}
      className="grid gap-3"
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Tabs.List aria-label={`Arguments of ${of}`} className="flex gap-1">
          <Trigger value="form" disabled={problem !== null}>
            Form
          </Trigger>
          <Trigger value="code">JSON Schema</Trigger>
        </Tabs.List>
        {edited && (
          <button
            type="button"
            onClick={reset}
            className="rounded-sm text-xs text-muted underline underline-offset-2 hover:text-ink"
          >
            Reset these arguments to the suggestion
          </button>
        )}
      </div>
      <Tabs.Content value="form" tabIndex={-1} className="grid gap-3 outline-none">
        {all.length === 0 && <p className="text-muted">It takes no arguments.</p>}
        {all.length > 0 && (
          <ul className="grid gap-3">
            {all.map((argument, i) => (
              <ArgumentRow
                // biome-ignore lint/suspicious/noArrayIndexKey: arguments keep their places, names change while typed
                key={i}
                argument={argument}
                others={all.filter((_, j) => j !== i).map(({ name }) => name)}
                onChange={(change) => onChange(withArgument(schema, i, change))}
                onRemove={() => onChange(withoutArgument(schema, i))}
              />
            ))}
          </ul>
        )}
        <Button className="justify-self-start" onClick={() => onChange(withNewArgument(schema))}>
          Add argument
        </Button>
      </Tabs.Content>
      <Tabs.Content value="code" tabIndex={-1} className="outline-none">
        <CodeEditor
          label={`Input schema of ${of}`}
          bare
          language="json"
          value={text ?? JSON.stringify(schema, null, 2)}
          onChange={write}
          marks={marks}
          onBlur={() => problem === null && setText(null)}
          error={problem}
          hint="What AI clients are told, and what each call is held against."
        />
      </Tabs.Content>
      {refused && (
        <p role="alert" className="text-xs text-broken wrap-anywhere">
          The schema {refused}.
        </p>
      )}
      {left.length > 0 && (
        <p className="text-xs text-decide wrap-anywhere">
          The code still reads <code>{left.map((name) => `args.${name}`).join(', ')}</code>, so it may not build as it
          is.
        </p>
      )}
    </Tabs.Root>
  );
}

function Trigger({ value, disabled = false, children }: { value: string; disabled?: boolean; children: string }) {
  return (
    <Tabs.Trigger
      value={value}
      disabled={disabled}
      className="rounded-md px-2 py-1 text-muted hover:bg-sunken hover:text-ink disabled:opacity-50 data-[state=active]:bg-sunken data-[state=active]:font-medium data-[state=active]:text-ink"
    >
      {children}
    </Tabs.Trigger>
  );
}
