import { expect, test } from 'vitest';
import { blocksOf } from './blocks';

test('a text is read into blocks', () => {
  const text =
    'One.\n\n## A part, «second»\n\n- a\n- b\n\n1. c\n2. d\n\n```sh README.md\nls\n\n## no heading\n```\nEnd.\n';
  expect(blocksOf(text)).toEqual([
    { kind: 'paragraph', text: 'One.' },
    { kind: 'heading', id: 'a-part-second', text: 'A part, «second»' },
    { kind: 'list', ordered: false, items: ['a', 'b'] },
    { kind: 'list', ordered: true, items: ['c', 'd'] },
    { kind: 'sample', language: 'sh', from: 'README.md', code: 'ls\n\n## no heading' },
    { kind: 'paragraph', text: 'End.' },
  ]);
});

test('a line goes on with the one before', () => {
  expect(blocksOf('One\ntwo.\n\n- a\n  b\n- c\n\nThree.')).toEqual([
    { kind: 'paragraph', text: 'One two.' },
    { kind: 'list', ordered: false, items: ['a b', 'c'] },
    { kind: 'paragraph', text: 'Three.' },
  ]);
});
