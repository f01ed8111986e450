import { expect, test } from 'vitest';
import type { ImportOperation } from '@/lib/imports';
import { found, grouped } from './operations';

function operation(id: string, more: Partial<ImportOperation> = {}): ImportOperation {
  const [method = '', path = ''] = id.split(' ');
  return { id, method, path, summary: '', ...more };
}

const all = [
  operation('GET /v1/pets', { tag: 'pets', summary: 'Lists pets' }),
  operation('GET /v1/owners/{id}', { summary: 'Reads an owner' }),
  operation('POST /v1/pets', { tag: 'pets', summary: 'Adds a pet' }),
  operation('GET /{id}'),
];

test('an operation is found by words of its method, path, summary and tag', () => {
  const ids = (words: string) => found(all, words).map(({ id }) => id);
  expect(ids(' PETS post ')).toEqual(['POST /v1/pets']);
  expect(ids('owner')).toEqual(['GET /v1/owners/{id}']);
  expect(ids('')).toHaveLength(4);
});

test('groups stand in the document’s order, and no path’s version is one', () => {
  const names = (by: 'tag' | 'path') => grouped(all, by).map(({ name, operations }) => `${name} ${operations.length}`);
  expect(names('tag')).toEqual(['pets 2', 'Without a tag 2']);
  expect(names('path')).toEqual(['/pets 2', '/owners 1', '/ 1']);
});
