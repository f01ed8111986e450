/** The API's own description (OpenAPI 3.1), as far as the reference reads it. It may be anything: what is not there is left out. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  items?: Schema | false;
  prefixItems?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  example?: unknown;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
}

export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Content {
  content?: Record<string, { schema?: Schema }>;
}

export interface Answer extends Content {
  description?: string;
}

type Security = Record<string, string[]>[];

interface Described {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  deprecated?: boolean;
  security?: Security;
  parameters?: Parameter[];
  requestBody?: Content & { required?: boolean; description?: string };
  responses?: Record<string, Answer>;
}

export interface ApiDocument {
  info?: { title?: string; version?: string };
  security?: Security;
  paths?: Record<string, Record<string, Described>>;
  components?: { schemas?: Record<string, Schema>; securitySchemes?: Record<string, { description?: string }> };
}

/** A body, and the media type that it is sent as. */
export interface Body {
  type: string;
  schema: Schema;
}

export interface Operation {
  /** Its own address on the page. */
  id: string;
  method: string;
  path: string;
  tag: string;
  /** What it does, in a sentence; `text` is all that is said of it. */
  title: string;
  text: string[];
  deprecated: boolean;
  /** The names of the ways to say who one is; empty: nobody is asked. */
  access: string[];
  parameters: Parameter[];
  body: Body | null;
  bodyRequired: boolean;
  responses: { status: string; description: string; body: Body | null }[];
  /** Refusals that the text names. */
  refusals: Refusal[];
}

export interface Refusal {
  status: string;
  code: string;
}

export interface Group {
  tag: string;
  operations: Operation[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Every operation, by tag, as the document has them. */
export function groupsOf(document: ApiDocument): Group[] {
  const groups = new Map<string, Operation[]>();
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const described = item[method];
      if (!described) continue;
      const operation = operationOf(document, method, path, described);
      groups.set(operation.tag, [...(groups.get(operation.tag) ?? []), operation]);
    }
  }
  return [...groups].map(([tag, operations]) => ({ tag, operations }));
}

function operationOf(document: ApiDocument, method: string, path: string, described: Described): Operation {
  const text = paragraphs([described.summary, described.description].filter(Boolean).join('\n\n'));
  return {
    id: described.operationId ?? `${method}${path}`,
    method: method.toUpperCase(),
    path,
    tag: described.tags?.[0] ?? 'other',
    title: firstSentence(text[0] ?? ''),
    text,
    deprecated: described.deprecated === true,
    access: accessOf(described.security ?? document.security ?? []),
    parameters: described.parameters ?? [],
    body: described.requestBody ? bodyOf(described.requestBody) : null,
    bodyRequired: described.requestBody?.required === true,
    responses: Object.entries(described.responses ?? {}).map(([status, answer]) => ({
      status,
      description: answer.description ?? '',
      body: bodyOf(answer),
    })),
    refusals: refusalsOf(text.join(' ')),
  };
}

/** Lines of a paragraph are broken where the source's are. */
function paragraphs(text: string): string[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter(Boolean);
}

function firstSentence(text: string): string {
  return /^.*?[.](?= |$)/.exec(text)?.[0].slice(0, -1) ?? text;
}

function bodyOf({ content }: Content): Body | null {
  const [first] = Object.entries(content ?? {});
  return first ? { type: first[0], schema: first[1].schema ?? {} } : null;
}

/** One of the ways is enough; a way without a name asks nobody. */
function accessOf(security: Security): string[] {
  const ways = security.map((way) => Object.keys(way));
  return ways.some((names) => names.length === 0) ? [] : ways.flat();
}

/** «402 `plan_limit`» */
function refusalsOf(text: string): Refusal[] {
  const found = [...text.matchAll(/\b([45]\d\d) `([a-z][a-z_]*)`/g)].map(([, status = '', code = '']) => ({
    status,
    code,
  }));
  return found.filter(({ code }, i) => found.findIndex((other) => other.code === code) === i);
}

/** The operations that have all words somewhere in method, path, tag or text. */
export function searched(groups: Group[], words: string): Group[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return groups;
  const has = ({ method, path, tag, text, id }: Operation) => {
    const all = `${method} ${path} ${tag} ${id} ${text.join(' ')}`.toLowerCase();
    return wanted.every((word) => all.includes(word));
  };
  return groups
    .map(({ tag, operations }) => ({ tag, operations: operations.filter(has) }))
    .filter(({ operations }) => operations.length > 0);
}
