/** Secrets that the host has found in a description. */
import { ApiError } from '@/lib/api';

interface Finding {
  kind: string;
  /** Bytes of the text as UTF-8. */
  start: number;
  end: number;
  hint: string;
}

export interface Pasted {
  /** What it is, like «GitHub token». */
  kind: string;
  /** Its beginning. */
  hint: string;
  /** From 1. */
  line: number;
  /** Where it stands in the text, as JavaScript counts. */
  start: number;
  end: number;
}

/** What the host has found in `text`, which it was sent without the space around it. */
export function pastedIn(error: Error | null, text: string): Pasted[] {
  if (!(error instanceof ApiError) || error.code !== 'secret_in_prompt') return [];
  const findings = Array.isArray(error.members.findings) ? (error.members.findings as Finding[]) : [];
  const space = text.length - text.trimStart().length;
  const bytes = new TextEncoder().encode(text.trim());
  const at = (byte: number) => space + new TextDecoder().decode(bytes.subarray(0, byte)).length;
  return findings.map(({ kind, hint, start, end }) => {
    const from = at(start);
    return { kind, hint, line: text.slice(0, from).split('\n').length, start: from, end: at(end) };
  });
}
