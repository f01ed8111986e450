import { expect, test } from 'vitest';
import { apiDocument as document } from '../../../test/apiDocument';
import type { Schema } from './document';
import { boundsOf, insideOf, resolved, saidOf, typeOf, valuesOf } from './schema';

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

function field(of: string, name: string): Schema {
  return insideOf(document, ref(of)).fields.find((one) => one.name === name)?.schema ?? {};
}

test('types are told in words', () => {
  const told = (schema: Schema) => typeOf(document, schema);
  expect(told(ref('Server'))).toBe('Server');
  expect(told(ref('ServerId'))).toBe('string');
  expect(told(field('Servers', 'servers'))).toBe('list of Server');
  expect(told(field('Servers', 'nextCursor'))).toBe('string, or null');
  expect(told(field('CreateServer', 'spec'))).toBe('Spec, or null');
  expect(told(field('CreateServer', 'secrets'))).toBe('map of string');
  expect(told(field('ServerLine', 'createdAt'))).toBe('time (RFC 3339)');
  expect(told({ type: ['integer', 'null'] })).toBe('integer, or null');
  expect(told(field('Tool', 'inputSchema'))).toBe('anything');
  expect(told(ref('Trigger'))).toBe('Trigger');
  expect(told(ref('NotThere'))).toBe('NotThere');
  const pair: Schema = { type: 'array', items: false, prefixItems: [{ type: 'string' }, { type: 'integer' }] };
  expect(told({ type: 'array', items: pair })).toBe('list of list of string and integer');
});

test('what is inside is found through lists, null and parts', () => {
  const names = (schema: Schema) => insideOf(document, schema).fields.map(({ name }) => name);
  expect(names(ref('Server'))).toEqual(['id', 'createdAt', 'spec']);
  expect(names(field('Servers', 'servers'))).toEqual(['id', 'createdAt', 'spec']);
  expect(names(field('CreateServer', 'spec'))).toEqual(['name', 'tools', 'trigger', 'parent']);
  expect(insideOf(document, ref('Trigger')).variants).toHaveLength(2);
  expect(insideOf(document, ref('Kind'))).toMatchObject({ fields: [], variants: [] });
});

test('a reference that leads in a circle, nowhere or out of the document ends', () => {
  expect(resolved(document, ref('Loop'))).toEqual({});
  expect(typeOf(document, ref('Loop'))).toBe('Loop');
  expect(resolved(document, ref('constructor'))).toEqual({});
  expect(resolved(document, { $ref: 'https://elsewhere.example/schema' })).toEqual({});
  const endless: Schema = { type: 'array' };
  endless.items = endless;
  expect(insideOf(document, endless).fields).toEqual([]);
  expect(typeOf(document, endless)).toMatch(/^list of list of .*anything$/);
});

test('words, bounds and what is said beside a reference', () => {
  expect(valuesOf(document, ref('Kind'))).toEqual(['draft', 'upload']);
  expect(valuesOf(document, { oneOf: [{ const: 'a' }, { const: 'b' }] })).toEqual(['a', 'b']);
  expect(valuesOf(document, { oneOf: [{ type: 'null' }, ref('Kind')] })).toEqual(['draft', 'upload']);
  expect(boundsOf(document, field('CreateServer', 'name'))).toEqual(['1 to 80 characters']);
  expect(boundsOf(document, { minimum: 0 })).toEqual([]);
  expect(boundsOf(document, { maximum: 5, default: 2 })).toEqual(['5 at most', '2 if left out']);
  expect(saidOf(document, field('Servers', 'nextCursor'))).toMatch(/^Give it as `cursor`/);
  expect(resolved(document, { ...ref('ServerId'), description: 'nearer' }).description).toBe('nearer');
});
