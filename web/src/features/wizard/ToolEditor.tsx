import type { ToolSpec } from '@/lib/contract';
import type { Mark } from '@/lib/diagnostics';
import { count } from '@/lib/words';
import { Chevron, Disclosed } from '@/ui/Code';
import { Field, TextField } from '@/ui/Field';
import { CodeField } from './CodeField';
import { SchemaEditor } from './SchemaEditor';
import { argumentsOf } from './schema';

interface Props {
  tool: ToolSpec;
  /** The tool as it was drafted. */
  suggested: ToolSpec | undefined;
  nameProblem: string | undefined;
  descriptionProblem: string | undefined;
  /** What a build of it has failed of. */
  marks: readonly Mark[] | undefined;
  /** What the host has against its schema. */
  schemaRefused: string | undefined;
  onChange: (tool: ToolSpec) => void;
  onSchemaProblem: (problem: string | null) => void;
}

/** One tool: what clients read of it, and its code. */
export function ToolEditor(props: Props) {
  const { tool, suggested, nameProblem, descriptionProblem, marks, schemaRefused, onChange, onSchemaProblem } = props;
  return (
    <fieldset className="grid min-w-0 gap-4 rounded-md border border-line bg-surface p-4">
      <legend className="sr-only">Tool {tool.name}</legend>
      <div className="grid items-start gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
        <Field
          label="Tool name"
          mono
          value={tool.name}
          spellCheck={false}
          autoCapitalize="none"
          onChange={(event) => onChange({ ...tool, name: event.target.value })}
          error={nameProblem}
        />
        <TextField
          label="Description for AI clients"
          value={tool.description}
          onChange={(event) => onChange({ ...tool, description: event.target.value })}
          error={descriptionProblem}
        />
      </div>
      <div className="grid gap-2">
        <details className="min-w-0" open={schemaRefused ? true : undefined}>
          <summary className="flex w-fit items-center gap-1 rounded-sm text-muted select-none hover:text-ink">
            <Chevron />
            Arguments: {argumentNames(tool)}
          </summary>
          <div className="mt-3">
            <SchemaEditor
              of={tool.name}
              schema={tool.inputSchema}
              suggested={suggested?.inputSchema ?? tool.inputSchema}
              code={tool.implementation}
              refused={schemaRefused}
              onChange={(inputSchema) => onChange({ ...tool, inputSchema })}
              onProblem={onSchemaProblem}
            />
          </div>
        </details>
        {tool.outputSchema && (
          <Disclosed
            summary="Result schema"
            label={`Result of ${tool.name}`}
            code={JSON.stringify(tool.outputSchema, null, 2)}
          />
        )}
        <CodeField
          summary={`Code: ${count(tool.implementation.trimEnd().split('\n').length, 'line')} of Rust`}
          label={`Code of ${tool.name}`}
          code={tool.implementation}
          marks={marks}
          onChange={(implementation) => onChange({ ...tool, implementation })}
        />
      </div>
    </fieldset>
  );
}

function argumentNames({ inputSchema }: ToolSpec): string {
  return (
    argumentsOf(inputSchema)
      .map(({ name }) => name)
      .join(', ') || 'none'
  );
}
