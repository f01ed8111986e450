import { expect, test } from 'vitest';
import { between } from './between';

test('only what changed is shown, with the lines beside it', () => {
  const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  expect(between(before, before.with(3, 'D'))).toEqual([' b', ' c', '-d', '+D', ' e', ' f']);
  expect(between([], ['a'])).toEqual(['+a']);
  expect(between(['a', 'a'], ['a'])).toEqual([' a', '-a']);
});
