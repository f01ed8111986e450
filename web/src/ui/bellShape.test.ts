import { expect, test } from 'vitest';
import { openings } from './bellShape';

test('the bell has one opening for each host, none at its knob', () => {
  expect(openings(0)).toEqual([]);
  for (const hosts of [1, 2, 5, 10]) {
    const at = openings(hosts);
    expect(at).toHaveLength(hosts);
    expect(new Set(at).size).toBe(hosts);
    expect(at.every((t) => t > 0.05 && t < 0.95 && Math.abs(t - 0.5) > 0.05)).toBe(true);
  }
  expect(openings(40)).toHaveLength(10);
});
