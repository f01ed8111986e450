/** What the user has written so far, kept in this tab so that neither a reload nor a lost session costs it. No secrets. */
import { useCallback, useEffect, useState } from 'react';
import { hostName, hostProblem } from '@/lib/capability';
import type { Diagnostic, Preview, ServerSpec } from '@/lib/contract';
import { slugFrom, slugProblem, toolNameProblem } from '@/lib/words';

export interface Review {
  preview: Preview;
  /** The preview's spec as the user has edited it. */
  spec: ServerSpec;
  slug: string;
  /** The slug follows the name until it is edited itself. */
  slugEdited: boolean;
  /** What its build failed of. */
  wrong?: Diagnostic[];
}

/** What is chosen of an imported document; the document itself is the host's to keep. */
export interface Choice {
  importId: string;
  operations: string[];
  /** How the tools sign in; empty: as the document says. */
  auth: string;
}

export interface Draft {
  prompt: string;
  review: Review | null;
  choice?: Choice | null;
}

const empty: Draft = { prompt: '', review: null };

function storageKey(userId: string): string {
  return `cloche:draft:${userId}`;
}

function shelfKey(userId: string): string {
  return `cloche:built:${userId}`;
}

function read<T extends object>(key: string, field: keyof T & string): T | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null');
    return typeof kept === 'object' && kept !== null && field in kept ? (kept as T) : null;
  } catch {
    return null;
  }
}

function write(key: string, value: object) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage may be off or full: what was written then lives as long as the page.
  }
}

interface Shelved {
  buildId: string;
  draft: Draft;
}

/** Puts the draft aside while it is built, so that a failed build does not cost it. */
function shelveDraft(userId: string, shelved: Shelved) {
  write(shelfKey(userId), shelved);
  sessionStorage.removeItem(storageKey(userId));
}

/** The spec that this build was made from, if this tab made it. */
export function shelvedSpec(userId: string, buildId: string): ServerSpec | null {
  const shelved = read<Shelved>(shelfKey(userId), 'buildId');
  return shelved?.buildId === buildId ? (shelved.draft.review?.spec ?? null) : null;
}

/** Takes the draft of a failed build up again, with what that failed of. */
export function restoreDraft(userId: string, wrong: Diagnostic[]) {
  const draft = read<Shelved>(shelfKey(userId), 'buildId')?.draft;
  if (draft) write(storageKey(userId), { ...draft, review: draft.review && { ...draft.review, wrong } });
}

export function useDraft(userId: string) {
  const [draft, setDraft] = useState(() => read<Draft>(storageKey(userId), 'prompt') ?? empty);

  useEffect(() => write(storageKey(userId), draft), [userId, draft]);

  const change = useCallback((part: Partial<Draft>) => setDraft((draft) => ({ ...draft, ...part })), []);

  const setReview = useCallback((change: (review: Review) => Review) => {
    setDraft((draft) => (draft.review ? { ...draft, review: change(draft.review) } : draft));
  }, []);

  const shelve = (buildId: string) => shelveDraft(userId, { buildId, draft });

  return { draft, change, setReview, shelve };
}

export function reviewOf(preview: Preview): Review {
  return { preview, spec: preview.spec, slug: slugFrom(preview.spec.name), slugEdited: false };
}

export function isEdited({ preview, spec }: Review): boolean {
  return JSON.stringify(preview.spec) !== JSON.stringify(spec);
}

/** What stands in the way of a build, by field; empty when nothing does. */
export function reviewProblems({ spec, slug }: Review): Map<string, string> {
  const found = new Map<string, string>();
  const add = (field: string, problem: string | null) => problem && found.set(field, problem);
  add('name', spec.name.trim() === '' ? 'Give the server a name.' : null);
  add('slug', slugProblem(slug));
  spec.tools.forEach((tool, i) => {
    const others = spec.tools.filter((_, j) => j !== i).map(({ name }) => name);
    add(`tools/${i}/name`, toolNameProblem(tool.name, others));
    add(`tools/${i}/description`, tool.description.trim() === '' ? 'Say what it does: AI clients choose by it.' : null);
  });
  const allowed = new Set(spec.allowedHosts.map(hostName));
  for (const pattern of spec.allowedHosts) add(`hosts/${pattern}`, hostProblem(pattern));
  for (const { key, hosts } of spec.requiredSecrets) {
    const missing = hosts.find((host) => !allowed.has(hostName(host)));
    add(`secrets/${key}`, missing ? `${key} goes to ${missing}, which is no longer allowed: add it back.` : null);
  }
  return found;
}
