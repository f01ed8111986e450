import type { ToolSpec } from '@/lib/contract';
import { count } from '@/lib/words';
import { Disclosed } from '@/ui/Code';
import { Field, TextField } from '@/ui/Field';

interface Props {
  tool: ToolSpec;
  nameProblem: string | undefined;
  descriptionProblem: string | undefined;
  onChange: (tool: ToolSpec) => void;
}

/** One tool: what clients read of it to change, its schema and code to read. */
export function ToolEditor({ tool, nameProblem, descriptionProblem, onChange }: Props) {
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
        <Disclosed
          summary={`Arguments: ${argumentNames(tool)}`}
          label={`Arguments of ${tool.name}`}
          code={JSON.stringify(tool.inputSchema, null, 2)}
        />
        {tool.outputSchema && (
          <Disclosed
            summary="Result schema"
            label={`Result of ${tool.name}`}
            code={JSON.stringify(tool.outputSchema, null, 2)}
          />
        )}
        <Disclosed
          summary={`Code: ${count(tool.implementation.trimEnd().split('\n').length, 'line')} of Rust`}
          label={`Code of ${tool.name}`}
          code={tool.implementation}
        />
      </div>
    </fieldset>
  );
}

function argumentNames({ inputSchema }: ToolSpec): string {
  const { properties } = inputSchema;
  const names = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  return names.join(', ') || 'none';
}
