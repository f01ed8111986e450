/** What is typed into a form, what it comes to, and back. */
import type { Field, Scalar } from './fields';

/** As typed: a text for each field, more of them for lists and groups. Empty is left out. */
export type Typed = string | string[] | { [name: string]: Typed };
export type Draft = { [name: string]: Typed };

export interface Read {
  arguments: Record<string, unknown>;
  /** What is wrong, by the path of the field: `place/city`, `days/0`. */
  problems: Map<string, string>;
}

/** The arguments that a draft stands for. */
export function read(fields: Field[], draft: Draft, above = ''): Read {
  const result: Read = { arguments: {}, problems: new Map() };
  for (const field of fields) {
    const path = above + field.name;
    const put = (value: unknown) => {
      // Assigned as `__proto__` it would vanish.
      Object.defineProperty(result.arguments, field.name, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    };
    const typed = own(draft, field.name);
    if (field.kind === 'group') {
      const inner = read(field.fields, isDraft(typed) ? typed : {}, `${path}/`);
      const empty = Object.keys(inner.arguments).length === 0;
      // A group that nobody has begun is left out, whatever it would need.
      if (empty && !field.required && !begun(typed)) continue;
      put(inner.arguments);
      for (const [at, problem] of inner.problems) result.problems.set(at, problem);
    } else if (field.kind === 'list') {
      const texts = Array.isArray(typed) ? typed : [];
      if (texts.length > 0 || field.required)
        put(texts.map((text, i) => meant(field.of, text, `${path}/${i}`, result)));
    } else if (typeof typed === 'string' && typed !== '') {
      put(meant(field, typed, path, result));
    } else if (field.required) {
      result.problems.set(path, 'Needed.');
    }
  }
  return result;
}

function meant(of: Scalar | { kind: 'json' }, typed: string, path: string, { problems }: Read): unknown {
  switch (of.kind) {
    case 'text':
      return typed;
    case 'truth':
    case 'choice':
    case 'json':
      try {
        return JSON.parse(typed) as unknown;
      } catch {
        problems.set(path, of.kind === 'json' ? 'This is no JSON.' : 'Choose one.');
        return undefined;
      }
    case 'number':
      return numberOf(of, typed, path, problems);
  }
}

function numberOf(
  of: Extract<Scalar, { kind: 'number' }>,
  typed: string,
  path: string,
  problems: Map<string, string>,
): number | undefined {
  const value = Number(typed);
  const problem =
    typed.trim() === '' || !Number.isFinite(value)
      ? 'Write a number.'
      : of.whole && !Number.isInteger(value)
        ? 'Write a whole number.'
        : of.whole && !Number.isSafeInteger(value)
          ? 'This is more than a browser can count exactly.'
          : null;
  if (problem) problems.set(path, problem);
  return problem ? undefined : value;
}

/** A form filled with these arguments; null where they do not fit into it. */
export function draftOf(fields: Field[], given: unknown): Draft | null {
  if (!isRecord(given)) return null;
  const draft: Draft = {};
  for (const [name, value] of Object.entries(given)) {
    const field = fields.find((field) => field.name === name);
    const typed = field && typedOf(field, value);
    if (typed === undefined || typed === null) return null;
    draft[name] = typed;
  }
  return draft;
}

function typedOf(field: Field, value: unknown): Typed | null {
  if (field.kind === 'group') return draftOf(field.fields, value);
  if (field.kind !== 'list') return textOf(field, value);
  if (!Array.isArray(value)) return null;
  const texts = value.map((item) => textOf(field.of, item));
  return texts.every((text) => text !== null) ? texts : null;
}

function textOf(of: Scalar | { kind: 'json' }, value: unknown): string | null {
  switch (of.kind) {
    case 'text':
      return typeof value === 'string' ? value : null;
    case 'number':
      return typeof value === 'number' ? String(value) : null;
    case 'truth':
      return typeof value === 'boolean' ? String(value) : null;
    case 'choice': {
      const text = JSON.stringify(value);
      return of.values.some((one) => JSON.stringify(one) === text) ? text : null;
    }
    case 'json':
      return JSON.stringify(value, null, 2);
  }
}

function begun(typed: Typed | undefined): boolean {
  if (typed === undefined || typeof typed === 'string') return Boolean(typed);
  return Array.isArray(typed) ? typed.length > 0 : Object.values(typed).some(begun);
}

function own(draft: Draft, name: string): Typed | undefined {
  return Object.hasOwn(draft, name) ? draft[name] : undefined;
}

export function isDraft(typed: Typed | undefined): typed is Draft {
  return isRecord(typed);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
