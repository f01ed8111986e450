/** A document's operations, found and grouped. */
import type { ImportOperation } from '@/lib/imports';

export type Grouping = 'tag' | 'path';

export interface Group {
  name: string;
  operations: ImportOperation[];
}

/** Those that have all words, in any order. */
export function found(operations: ImportOperation[], words: string): ImportOperation[] {
  const all = words.toLowerCase().split(/\s+/).filter(Boolean);
  return operations.filter(({ id, summary, tag }) => {
    const text = `${id} ${summary} ${tag ?? ''}`.toLowerCase();
    return all.every((word) => text.includes(word));
  });
}

/** In the document's order, each group where its first operation stands. */
export function grouped(operations: ImportOperation[], by: Grouping): Group[] {
  const groups = new Map<string, ImportOperation[]>();
  for (const operation of operations) {
    const name = by === 'tag' ? (operation.tag ?? 'Without a tag') : firstPart(operation.path);
    groups.set(name, [...(groups.get(name) ?? []), operation]);
  }
  return [...groups].map(([name, operations]) => ({ name, operations }));
}

/** `/pets` of `/api/v1/pets/{id}`: what all paths begin with tells nothing. */
function firstPart(path: string): string {
  const part = path.split('/').find((part) => part !== '' && !/^(api|rest|v?\d+(\.\d+)*|\{.*)$/i.test(part));
  return `/${part ?? ''}`;
}
