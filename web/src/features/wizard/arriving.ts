/** What can be read of a draft while a model is still writing it. */
import { readLoosely } from '@/lib/looseJson';
import { argumentsOf } from './schema';

export interface ArrivingTool {
  name: string;
  description: string;
  /** Their names; null before the first. */
  arguments: string[] | null;
  /** Of code; null before the first. */
  lines: number | null;
}

export interface Arriving {
  name: string;
  description: string;
  tools: ArrivingTool[];
}

/** Beginnings that are looked at: words with braces in them, and what was begun anew. */
const MOST = 20;

/** The newest draft in what a model has written; null while there is none. */
export function arrivingOf(text: string): Arriving | null {
  let found: Arriving | null = null;
  let at = text.indexOf('{');
  for (let tries = 0; at >= 0 && tries < MOST; tries += 1) {
    const { value, end, state } = readLoosely(text, at);
    found = draftIn(value) ?? found;
    // One that is whole may be followed by a better one; in one that is broken, another may have been begun.
    at = text.indexOf('{', state === 'broken' ? at + 1 : end);
  }
  return found;
}

function draftIn(value: unknown): Arriving | null {
  if (!isObject(value) || !('name' in value || 'tools' in value)) return null;
  // A tool, or an argument, where a beginning was taken for another.
  if ('inputSchema' in value || 'implementation' in value || 'type' in value) return null;
  const tools = Array.isArray(value.tools) ? value.tools.filter(isObject).map(toolIn) : [];
  return { name: textIn(value.name), description: textIn(value.description), tools };
}

function toolIn({ name, description, inputSchema, implementation }: Record<string, unknown>): ArrivingTool {
  return {
    name: textIn(name),
    description: textIn(description),
    arguments: isObject(inputSchema) ? argumentsOf(inputSchema).map((argument) => argument.name) : null,
    lines: typeof implementation === 'string' ? implementation.trimEnd().split('\n').length : null,
  };
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
