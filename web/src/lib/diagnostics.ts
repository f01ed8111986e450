/** What a compiler has against code, at the author's own lines. */
import type { BuildEvent, Diagnostic } from './contract';

/** Something wrong at a line of one text. */
export interface Mark {
  /** From 1. */
  line: number;
  endLine?: number | null | undefined;
  message: string;
}

/** What a build that failed has failed of; nothing of one that has not. */
export function diagnosticsOf(events: BuildEvent[]): Diagnostic[] {
  if (events.at(-1)?.state !== 'failed') return [];
  return events.findLast((event) => event.diagnostics?.length)?.diagnostics ?? [];
}

/** Those about the code of one tool; null: about what the tools share. */
export function marksIn(diagnostics: readonly Diagnostic[], tool: string | null): Mark[] {
  return diagnostics
    .filter((diagnostic) => (diagnostic.tool ?? null) === tool && diagnostic.line > 0)
    .map(({ line, endLine, message, hint }) => ({ line, endLine, message: hint ? `${message}\n${hint}` : message }));
}
