import { expect, test } from 'vitest';
import { draftOf, read } from './draft';
import { type Field, fieldsOf } from './fields';

const schema = {
  type: 'object',
  properties: {
    city: { type: 'string', description: 'Where', maxLength: 80 },
    days: { type: ['integer', 'null'], minimum: 1, maximum: 7, default: 3 },
    metric: { type: 'boolean' },
    unit: { enum: ['C', 'F', 1] },
    tags: { type: 'array', items: { type: 'string' } },
    place: {
      type: 'object',
      properties: { lat: { type: 'number' }, more: { type: 'object', properties: { a: { type: 'string' } } } },
      required: ['lat'],
    },
    anything: { anyOf: [{ type: 'string' }, { type: 'number' }] },
  },
  required: ['city'],
};

function fields(of: Record<string, unknown> = schema): Field[] {
  const found = fieldsOf(of);
  if (!found) throw new Error('no fields');
  return found;
}

test('each property has the field that it needs', () => {
  const kinds = fields().map(({ name, kind }) => [name, kind]);
  expect(kinds).toEqual([
    ['city', 'text'],
    ['days', 'number'],
    ['metric', 'truth'],
    ['unit', 'choice'],
    ['tags', 'list'],
    ['place', 'group'],
    ['anything', 'json'],
  ]);
  expect(fields()[1]?.hint).toBe('1 to 7. Left out, it is 3.');
  const place = fields()[5];
  expect(place?.kind === 'group' && place.fields.map(({ kind }) => kind)).toEqual(['number', 'json']);
});

test('what is no plain object has no fields', () => {
  expect(fieldsOf({})).toBeNull();
  expect(fieldsOf({ type: 'object', oneOf: [{}] })).toBeNull();
  expect(fieldsOf({ type: 'object' })).toEqual([]);
});

test('what is typed becomes arguments, and they become what is typed', () => {
  const draft = {
    city: 'Oslo',
    days: '2',
    metric: 'false',
    unit: '1',
    tags: ['a', ''],
    place: { lat: '59.9' },
    anything: '[1]',
  };
  const { arguments: given, problems } = read(fields(), draft);
  expect(problems.size).toBe(0);
  expect(given).toEqual({
    city: 'Oslo',
    days: 2,
    metric: false,
    unit: 1,
    tags: ['a', ''],
    place: { lat: 59.9 },
    anything: [1],
  });
  expect(read(fields(), draftOf(fields(), given) ?? {}).arguments).toEqual(given);
});

test('what is empty is left out, and what is wrong is named by its place', () => {
  expect(read(fields(), { city: 'Oslo', days: '', tags: [], place: {} }).arguments).toEqual({ city: 'Oslo' });
  const { problems } = read(fields(), { days: '1.5', place: { lat: '', more: '{' }, anything: 'x' });
  expect([...problems]).toEqual([
    ['city', 'Needed.'],
    ['days', 'Write a whole number.'],
    ['place/lat', 'Needed.'],
    ['place/more', 'This is no JSON.'],
    ['anything', 'This is no JSON.'],
  ]);
  expect(read(fields(), { city: 'x', days: '9007199254740993' }).problems.get('days')).toMatch(/more than a browser/);
});

test('arguments without a field for them do not fit', () => {
  expect(draftOf(fields(), { city: 'Oslo', other: 1 })).toBeNull();
  expect(draftOf(fields(), { city: 7 })).toBeNull();
  expect(draftOf(fields(), [])).toBeNull();
});

test('a property may be called like what every object has', () => {
  const strange = fields({
    type: 'object',
    properties: { constructor: { type: 'string' } },
    required: ['constructor'],
  });
  expect(read(strange, {}).problems.get('constructor')).toBe('Needed.');
  const proto = fields(JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}'));
  const given = read(proto, Object.fromEntries([['__proto__', 'x']])).arguments;
  expect(JSON.stringify(given)).toBe('{"__proto__":"x"}');
});
