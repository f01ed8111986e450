import { expect, test } from 'vitest';
import { brokenLine, readLoosely } from './looseJson';

const whole = { name: 'Wetter ☂ "\n', tools: [{ a: [1, -2.5e3, true, null, {}] }, 'x'], __proto: { b: false } };

test('what is whole is read as JSON is', () => {
  for (const value of [whole, [], {}, '', 'a"b\\c\u0001', 0, -1.5, true, null]) {
    const text = JSON.stringify(value, null, 2);
    expect(readLoosely(`${text} `)).toEqual({ value, end: text.length, state: 'whole' });
    expect(brokenLine(`${text}\n`)).toBeNull();
  }
});

test('wherever it is cut, what is there is read, and nothing of it is lost again', () => {
  const text = JSON.stringify(whole);
  let most = 0;
  for (let cut = 1; cut < text.length; cut++) {
    const { value, state } = readLoosely(text.slice(0, cut));
    expect(state, text.slice(0, cut)).toBe('cut');
    const size = JSON.stringify(value ?? null).length;
    expect(size).toBeGreaterThanOrEqual(Math.min(most, 4));
    most = size;
  }
  expect(readLoosely('{"name":"Wea').value).toEqual({ name: 'Wea' });
  expect(readLoosely('{"name":"Wea\\u26').value).toEqual({ name: 'Wea' });
  expect(readLoosely('{"tools":[{"name":"a"},{"na').value).toEqual({ tools: [{ name: 'a' }, {}] });
});

test('the line on which it breaks is found', () => {
  expect(brokenLine('{\n  "a": 1,\n  "b" 2\n}')).toBe(3);
  expect(brokenLine('{\n  "a": 1,\n}')).toBe(3);
  expect(brokenLine('{\n  "a": [1, 2')).toBe(2);
  expect(brokenLine('{}\n\nx')).toBe(3);
  expect(brokenLine('{"a": 01}')).toBe(1);
  expect(brokenLine('')).toBe(1);
});

test('hostile texts end it, and nothing more', () => {
  expect(readLoosely('['.repeat(100_000)).state).toBe('broken');
  expect(readLoosely('{"__proto__": {"polluted": true}}').value).not.toHaveProperty('polluted');
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(readLoosely(`{"a": ${'9'.repeat(100)}`).state).toBe('broken');
});
