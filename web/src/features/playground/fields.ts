/** The fields of a form, read from a tool's JSON Schema. What no field fits is written as JSON. */
import type { JsonSchema } from '@/lib/contract';

interface Base {
  name: string;
  label: string;
  hint: string;
  required: boolean;
}

/** What one field holds. */
export type Scalar =
  | { kind: 'text'; long: boolean }
  | { kind: 'number'; whole: boolean; min: number | null; max: number | null }
  | { kind: 'truth' }
  | { kind: 'choice'; values: unknown[] };

export type Field = Base &
  (Scalar | { kind: 'list'; of: Scalar } | { kind: 'group'; fields: Field[] } | { kind: 'json' });

/** The form of a schema's properties; null where the schema is no plain object, which is then written as JSON. */
export function fieldsOf(schema: JsonSchema, depth = 0): Field[] | null {
  const combined = ['$ref', 'allOf', 'anyOf', 'oneOf', 'not', 'if', 'patternProperties'].some((key) => key in schema);
  if (combined || typeOf(schema) !== 'object') return null;
  const properties = record(schema.properties);
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(properties).map(([name, property]) =>
    fieldOf(name, record(property), required.includes(name), depth),
  );
}

function fieldOf(name: string, schema: JsonSchema, required: boolean, depth: number): Field {
  const base = { name, label: text(schema.title) || name, hint: hintOf(schema), required };
  const scalar = scalarOf(schema);
  if (scalar) return { ...base, ...scalar };
  const type = typeOf(schema);
  if (type === 'array') {
    const of = scalarOf(record(schema.items));
    if (of) return { ...base, kind: 'list', of: of.kind === 'text' ? { ...of, long: false } : of };
  }
  if (type === 'object' && depth === 0) {
    const fields = fieldsOf(schema, 1);
    if (fields && fields.length > 0) return { ...base, kind: 'group', fields };
  }
  return { ...base, kind: 'json' };
}

function scalarOf(schema: JsonSchema): Scalar | null {
  if (['$ref', 'allOf', 'anyOf', 'oneOf'].some((key) => key in schema)) return null;
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return { kind: 'choice', values: schema.enum };
  if ('const' in schema) return { kind: 'choice', values: [schema.const] };
  switch (typeOf(schema)) {
    case 'string':
      return { kind: 'text', long: number(schema.maxLength) === null || Number(schema.maxLength) > 200 };
    case 'integer':
    case 'number':
      return {
        kind: 'number',
        whole: typeOf(schema) === 'integer',
        min: number(schema.minimum),
        max: number(schema.maximum),
      };
    case 'boolean':
      return { kind: 'truth' };
    default:
      return null;
  }
}

/** The one type besides null. */
function typeOf(schema: JsonSchema): string | null {
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter((type) => type !== 'null');
  return types.length === 1 && typeof types[0] === 'string' ? types[0] : null;
}

function hintOf(schema: JsonSchema): string {
  const { minimum, maximum } = schema;
  const range =
    number(minimum) !== null && number(maximum) !== null
      ? `${minimum} to ${maximum}.`
      : number(minimum) !== null
        ? `At least ${minimum}.`
        : number(maximum) !== null
          ? `At most ${maximum}.`
          : '';
  const fallback = 'default' in schema ? `Left out, it is ${JSON.stringify(schema.default)}.` : '';
  return [sentence(text(schema.description)), range, fallback].filter(Boolean).join(' ');
}

function sentence(words: string): string {
  return words && !/[.!?…]$/.test(words) ? `${words}.` : words;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}
