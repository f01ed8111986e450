/** A tool's arguments as a list, and back: what a schema says besides stays as it is. */
import type { JsonSchema } from '@/lib/contract';
import { brokenLine } from '@/lib/looseJson';

export const argumentTypes = ['string', 'integer', 'number', 'boolean', 'array', 'object'] as const;
export type ArgumentType = (typeof argumentTypes)[number];

export interface Argument {
  name: string;
  /** Null where it is more than one word: a choice of types, a reference, none. */
  type: ArgumentType | null;
  description: string;
  required: boolean;
}

type Entry = [string, unknown];

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function entriesOf({ properties }: JsonSchema): Entry[] {
  return isObject(properties) ? Object.entries(properties) : [];
}

function requiredOf({ required }: JsonSchema): string[] {
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
}

export function argumentsOf(schema: JsonSchema): Argument[] {
  const required = requiredOf(schema);
  return entriesOf(schema).map(([name, property]) => {
    const { type, description } = isObject(property) ? property : {};
    return {
      name,
      type: argumentTypes.find((one) => one === type) ?? null,
      description: typeof description === 'string' ? description : '',
      required: required.includes(name),
    };
  });
}

function withEntries(schema: JsonSchema, entries: Entry[], required: string[]): JsonSchema {
  const { required: _, ...rest } = schema;
  return { ...rest, properties: Object.fromEntries(entries), ...(required.length > 0 && { required }) };
}

export function withArgument(schema: JsonSchema, at: number, change: Partial<Argument>): JsonSchema {
  const entries = entriesOf(schema);
  const entry = entries[at];
  if (!entry) return schema;
  const [before, property] = entry;
  const name = change.name ?? before;
  let required = requiredOf(schema).map((one) => (one === before ? name : one));
  if (change.required === true && !required.includes(name)) required.push(name);
  if (change.required === false) required = required.filter((one) => one !== name);
  return withEntries(schema, entries.with(at, [name, changed(property, change)]), required);
}

function changed(property: unknown, { type, description }: Partial<Argument>): unknown {
  const said = isObject(property) ? { ...property } : {};
  if (type) said.type = type;
  if (description === '') delete said.description;
  else if (description !== undefined) said.description = description;
  return type || description !== undefined ? said : property;
}

export function withoutArgument(schema: JsonSchema, at: number): JsonSchema {
  const entries = entriesOf(schema);
  const name = entries[at]?.[0];
  return withEntries(
    schema,
    entries.filter((_, i) => i !== at),
    requiredOf(schema).filter((one) => one !== name),
  );
}

/** One argument more, under a name that is free. */
export function withNewArgument(schema: JsonSchema): JsonSchema {
  const entries = entriesOf(schema);
  const taken = new Set(entries.map(([name]) => name));
  let name = 'argument';
  for (let n = 2; taken.has(name); n += 1) name = `argument_${n}`;
  return withEntries(schema, [...entries, [name, { type: 'string' }]], requiredOf(schema));
}

/** What is wrong with an argument's name, or null. */
export function argumentProblem(name: string, others: string[]): string | null {
  // A name that is a number would change its place in the list.
  if (!/^[A-Za-z_]\S*$/.test(name)) return 'Begin with a letter, and use no space.';
  return others.includes(name) ? `${name} is there already.` : null;
}

/** A schema that was written as text, or what is wrong with it. */
export function schemaOf(text: string): { schema: JsonSchema } | { problem: string; line?: number } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const line = brokenLine(text) ?? 1;
    return { problem: `This is not JSON: see line ${line}.`, line };
  }
  if (!isObject(value) || value.type !== 'object') return { problem: 'It must be an object with "type": "object".' };
  if (value.properties !== undefined && !isObject(value.properties))
    return { problem: '"properties" must be an object.' };
  return { schema: value };
}

/** Arguments that the code reads and the schema no longer has. */
export function stillRead(code: string, before: JsonSchema, after: JsonSchema): string[] {
  const has = new Set(entriesOf(after).map(([name]) => name));
  return entriesOf(before)
    .map(([name]) => name)
    .filter((name) => !has.has(name) && new RegExp(`\\bargs\\.${escaped(name)}(?!\\w)`).test(code));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
