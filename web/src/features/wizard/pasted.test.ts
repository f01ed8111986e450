import { expect, test } from 'vitest';
import { problemFrom } from '@/lib/api';
import { pastedIn } from './pasted';

test('a secret is found again in the text, whatever letters stand before it', () => {
  const text = '\n  Zähle «Issues» 🐛\nmit ghp_abc, bitte';
  const sent = text.trim();
  const start = new TextEncoder().encode(sent.slice(0, sent.indexOf('ghp_'))).length;
  const error = problemFrom(
    {
      code: 'secret_in_prompt',
      detail: 'the description holds what looks like a secret',
      findings: [{ kind: 'GitHub token', hint: 'ghp_…', start, end: start + 'ghp_abc'.length }],
    },
    422,
  );
  const [found] = pastedIn(error, text);
  expect(found).toMatchObject({ kind: 'GitHub token', hint: 'ghp_…', line: 3 });
  expect(text.slice(found?.start, found?.end)).toBe('ghp_abc');
});

test('other problems have none', () => {
  expect(pastedIn(problemFrom({ code: 'rate_limited' }, 429), 'a')).toEqual([]);
  expect(pastedIn(null, 'a')).toEqual([]);
});
