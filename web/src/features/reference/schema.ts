/** Reads schemas one step at a time, so that one that names itself has no end that would have to be reached. */
import type { ApiDocument, Schema } from './document';

/** More references than this in a row lead in a circle. */
const MOST_HOPS = 20;

/** The name of what a schema refers to. */
export function nameOf(schema: Schema): string | null {
  return schema.$ref ? decodeURIComponent(schema.$ref.split('/').at(-1) ?? '') : null;
}

/** What a schema refers to, at the end of all references; a description that stands beside one goes before. */
export function resolved(document: ApiDocument, schema: Schema): Schema {
  let here = schema;
  for (let hop = 0; here.$ref !== undefined && hop < MOST_HOPS; hop += 1) {
    const { $ref, ...beside } = here;
    here = { ...target(document, $ref), ...beside };
  }
  const { $ref, ...rest } = here;
  return rest;
}

function target(document: ApiDocument, ref: string): Schema {
  const name = /^#\/components\/schemas\/([^/]+)$/.exec(ref)?.[1];
  const schemas = document.components?.schemas ?? {};
  const known = name === undefined ? '' : decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
  return Object.hasOwn(schemas, known) ? (schemas[known] ?? {}) : {};
}

function isNull({ type }: Schema): boolean {
  return type === 'null';
}

/** The alternatives of a schema, without null. */
function alternatives({ oneOf, anyOf }: Schema): Schema[] {
  return (oneOf ?? anyOf ?? []).filter((one) => !isNull(one));
}

/** In words, like «list of Server, or null». */
export function typeOf(document: ApiDocument, schema: Schema, depth = 0): string {
  if (depth > MOST_HOPS) return 'anything';
  const here = resolved(document, schema);
  const types = [here.type ?? []].flat();
  const others = alternatives(here);
  const nullable = types.includes('null') || [here.oneOf, here.anyOf].some((all) => all?.some(isNull));
  const kind = () => {
    if (others.length === 1 && others[0]) return typeOf(document, others[0], depth + 1);
    if (others.length > 1) return nameOf(schema) ?? 'one of several';
    const named = nameOf(schema);
    if (named && hasFields(here)) return named;
    if (here.allOf?.length === 1 && here.allOf[0]) return typeOf(document, here.allOf[0], depth + 1);
    // What is named but not described is told by its name.
    if (named && Object.keys(here).length === 0) return named;
    return plainType(document, here, types, depth);
  };
  return nullable ? `${kind()}, or null` : kind();
}

function hasFields({ properties, allOf }: Schema): boolean {
  return Boolean(properties ?? (allOf && allOf.length > 1));
}

const formats: Record<string, string> = {
  'date-time': 'time (RFC 3339)',
  date: 'date',
  uri: 'URL',
  binary: 'bytes',
  byte: 'bytes in base64',
};

function plainType(document: ApiDocument, here: Schema, types: string[], depth: number): string {
  const [type] = types.filter((one) => one !== 'null');
  if (here.const !== undefined) return JSON.stringify(here.const);
  if (type === 'array') {
    if (here.prefixItems) {
      return `list of ${new Intl.ListFormat('en').format(here.prefixItems.map((one) => typeOf(document, one, depth + 1)))}`;
    }
    return here.items ? `list of ${typeOf(document, here.items, depth + 1)}` : 'list';
  }
  if (type === 'string') return formats[here.format ?? ''] ?? 'string';
  if (type === 'object' || hasFields(here)) {
    const values = here.additionalProperties;
    const isMap = !here.properties && typeof values === 'object';
    return isMap ? `map of ${typeOf(document, values, depth + 1)}` : 'object';
  }
  if (type) return type;
  return here.enum ? 'string' : 'anything';
}

export interface Field {
  name: string;
  schema: Schema;
  required: boolean;
}

/** What is inside: fields of an object, or alternatives of which one holds. */
export interface Inside {
  /** What it is the inside of, where that has a name. */
  name: string | null;
  fields: Field[];
  variants: Schema[];
}

/** Goes through lists, maps and «or null» to what has fields. */
export function insideOf(document: ApiDocument, schema: Schema, depth = 0): Inside {
  const here = resolved(document, schema);
  const name = nameOf(schema);
  const others = alternatives(here);
  const [only] = others;
  const through = others.length === 1 ? only : (here.items ?? (here.properties ? undefined : mapped(here)));
  if (through && depth < MOST_HOPS) return insideOf(document, through, depth + 1);
  const variants = others.length > 1 ? others : [];
  return { name, fields: fieldsOf(document, here, depth), variants: variants.every(isWord) ? [] : variants };
}

function mapped({ additionalProperties }: Schema): Schema | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function isWord({ const: one, enum: all, type }: Schema): boolean {
  return one !== undefined || (all !== undefined && type === 'string');
}

function fieldsOf(document: ApiDocument, here: Schema, depth: number): Field[] {
  const parts = depth < MOST_HOPS ? (here.allOf ?? []) : [];
  const inherited = parts.flatMap((part) => fieldsOf(document, resolved(document, part), depth + 1));
  const own = Object.entries(here.properties ?? {}).map(([name, schema]) => ({
    name,
    schema,
    required: here.required?.includes(name) === true,
  }));
  // What has to be there comes first.
  return [...inherited, ...own].sort((a, b) => Number(b.required) - Number(a.required));
}

/** The words that a value may be; empty where it is not one of a few. */
export function valuesOf(document: ApiDocument, schema: Schema, depth = 0): string[] {
  const here = resolved(document, schema);
  const others = alternatives(here).map((one) => resolved(document, one));
  const [only] = others;
  if (only && others.length === 1 && depth < MOST_HOPS) return valuesOf(document, only, depth + 1);
  const words = others.every(isWord) ? others.flatMap(({ const: one, enum: all }) => all ?? [one]) : [];
  return (here.enum ?? words)
    .filter((value) => value !== null)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
}

/** What is said of a value; where it may be null, also of what it is otherwise. */
export function saidOf(document: ApiDocument, schema: Schema): string | undefined {
  const here = resolved(document, schema);
  const [only, second] = alternatives(here);
  return here.description ?? (only && !second ? resolved(document, only).description : undefined);
}

/** Bounds, in words. */
export function boundsOf(document: ApiDocument, schema: Schema): string[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern, ...rest } = resolved(document, schema);
  const between = (least: number | undefined, most: number | undefined, what: string) => {
    if (least !== undefined && most !== undefined) return [`${least} to ${most}${what}`];
    if (most !== undefined) return [`${most}${what} at most`];
    return least ? [`${least}${what} at least`] : [];
  };
  return [
    ...between(minimum, maximum, ''),
    ...between(minLength, maxLength, ' characters'),
    ...between(minItems, maxItems, ' of them'),
    ...(pattern === undefined ? [] : [`like ${pattern}`]),
    ...(rest.default === undefined || rest.default === null ? [] : [`${JSON.stringify(rest.default)} if left out`]),
  ];
}
