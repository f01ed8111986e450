import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '../src');

function files(folder: string): string[] {
  return readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

function reaches(file: string, into: RegExp): boolean {
  return into.test(readFileSync(join(src, file), 'utf8'));
}

test('features do not import each other', () => {
  for (const file of files('features')) {
    const own = file.split('/')[1];
    expect(reaches(file, new RegExp(`from '@/(features/(?!${own}/)|routes/)`)), file).toBe(false);
  }
});

test('shared pieces know no feature', () => {
  for (const file of [...files('lib'), ...files('ui')]) {
    expect(reaches(file, /from '(@|\.\.)\/(features|routes)\//), file).toBe(false);
  }
});

test('only drafts are stored, and nothing is put into the page as markup', () => {
  for (const file of [...files('lib'), ...files('ui'), ...files('features'), ...files('routes')]) {
    if (file.endsWith('.test.ts') || file.endsWith('.test.tsx')) continue;
    expect(reaches(file, /localStorage|indexedDB|dangerouslySetInnerHTML|innerHTML/), file).toBe(false);
    if (file !== join('features', 'wizard', 'draft.ts')) expect(reaches(file, /Storage\.setItem/), file).toBe(false);
  }
});
