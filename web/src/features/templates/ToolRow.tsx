import type { JsonSchema, ToolSpec } from '@/lib/contract';
import { count } from '@/lib/words';
import { Disclosed } from '@/ui/Code';

/** A tool: what AI clients read of it, what it takes, and its code. */
export function ToolRow({ tool }: { tool: ToolSpec }) {
  const inputs = inputsOf(tool.inputSchema);
  return (
    <li className="grid gap-3 p-4">
      <div className="grid gap-1">
        <code className="font-medium wrap-anywhere">{tool.name}</code>
        <p className="text-muted wrap-anywhere">{tool.description}</p>
      </div>
      {inputs.length > 0 && (
        <dl className="grid gap-1 border-line border-l pl-3 text-xs leading-5">
          {inputs.map(({ name, type, required, description }) => (
            <div key={name} className="wrap-anywhere">
              <dt className="inline">
                <code>{name}</code>
                <span className="text-muted">
                  {' '}
                  {type}
                  {!required && ', optional'}
                </span>
              </dt>
              {description && <dd className="text-muted">{description}</dd>}
            </div>
          ))}
        </dl>
      )}
      <Disclosed
        summary={`Code: ${count(tool.implementation.trimEnd().split('\n').length, 'line')} of Rust`}
        label={`Code of ${tool.name}`}
        code={tool.implementation}
      />
    </li>
  );
}

interface Input {
  name: string;
  type: string;
  required: boolean;
  description: string;
}

/** The fields of a schema; what is not as it should be is left out, since somebody else wrote it. */
function inputsOf({ properties, required }: JsonSchema): Input[] {
  if (typeof properties !== 'object' || properties === null) return [];
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, field]: [string, unknown]) => {
    const { type, description } = (typeof field === 'object' && field !== null ? field : {}) as JsonSchema;
    return {
      name,
      type:
        [type]
          .flat()
          .filter((one) => typeof one === 'string')
          .join(' or ') || 'any value',
      required: needed.includes(name),
      description: typeof description === 'string' ? description : '',
    };
  });
}
