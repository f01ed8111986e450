import { expect, test } from 'vitest';
import { percentile, roughly, size, took } from './figures';

test('numbers carry their units', () => {
  expect(size(0)).toBe('0 B');
  expect(size(1536)).toBe('1.5 KiB');
  expect(size(200 * 1024 * 1024)).toBe('200 MiB');
  expect(took(214)).toBe('214 ms');
  expect(took(1_840)).toBe('1.84 s');
  expect(roughly(9_999)).toBe('9,999');
  expect(roughly(1_204_331)).toBe('1.2 million');
});

test('percentiles are values that were measured', () => {
  expect(percentile([], 50)).toBeNull();
  expect(percentile([7], 95)).toBe(7);
  expect(percentile([4, 1, 3, 2], 50)).toBe(2);
  expect(
    percentile(
      Array.from({ length: 100 }, (_, i) => i + 1),
      95,
    ),
  ).toBe(95);
});
