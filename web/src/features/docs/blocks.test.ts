import { expect, test } from 'vitest';
import { blocksOf, spansOf } from './blocks';

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

test('a line is read into spans; links lead to places here', () => {
  expect(spansOf('See **this**: `a[0](/x)` and [that](/docs/tools), not [there](https://a.example).')).toEqual([
    { kind: 'text', text: 'See ' },
    { kind: 'strong', text: 'this' },
    { kind: 'text', text: ': ' },
    { kind: 'code', text: 'a[0](/x)' },
    { kind: 'text', text: ' and ' },
    { kind: 'link', text: 'that', href: '/docs/tools' },
    { kind: 'text', text: ', not [there](https://a.example).' },
  ]);
});
