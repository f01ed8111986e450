import { expect, test } from 'vitest';
import { spansOf } from './spans';

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
