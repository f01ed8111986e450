import { expect, test } from 'vitest';
import {
  argumentProblem,
  argumentsOf,
  schemaOf,
  stillRead,
  withArgument,
  withNewArgument,
  withoutArgument,
} from './schema';

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    query: { type: 'string', description: 'Words', maxLength: 100 },
    limit: { type: ['integer', 'null'] },
    any: true,
  },
  required: ['query'],
};

test('a schema is a list of arguments', () => {
  expect(argumentsOf(schema)).toEqual([
    { name: 'query', type: 'string', description: 'Words', required: true },
    { name: 'limit', type: null, description: '', required: false },
    { name: 'any', type: null, description: '', required: false },
  ]);
  expect(argumentsOf({ type: 'object', properties: [] })).toEqual([]);
});

test('a change keeps what the list does not show, and the order', () => {
  const renamed = withArgument(schema, 0, { name: 'words' });
  expect(Object.keys(renamed.properties as object)).toEqual(['words', 'limit', 'any']);
  expect(renamed).toMatchObject({
    additionalProperties: false,
    properties: { words: { type: 'string', description: 'Words', maxLength: 100 }, any: true },
    required: ['words'],
  });
  expect(withArgument(schema, 1, { required: true }).required).toEqual(['query', 'limit']);
  expect(withArgument(schema, 0, { required: false })).not.toHaveProperty('required');
  expect(withArgument(schema, 0, { description: '' })).toMatchObject({
    properties: { query: { type: 'string', maxLength: 100 } },
  });
  expect(withArgument(schema, 2, { description: 'Whatever' })).toMatchObject({
    properties: { any: { description: 'Whatever' } },
  });
});

test('arguments come and go', () => {
  expect(withoutArgument(schema, 0)).toEqual({
    type: 'object',
    additionalProperties: false,
    properties: { limit: schema.properties.limit, any: true },
  });
  const two = withNewArgument(withNewArgument({ type: 'object' }));
  expect(argumentsOf(two).map(({ name }) => name)).toEqual(['argument', 'argument_2']);
});

test('a name is one that keeps its place', () => {
  expect(argumentProblem('page_id', ['query'])).toBeNull();
  expect(argumentProblem('query', ['query'])).toMatch(/there already/);
  expect(argumentProblem('7', [])).toMatch(/letter/);
  expect(argumentProblem('a b', [])).toMatch(/space/);
});

test('a text is a schema, or says why not', () => {
  expect(schemaOf('{"type": "object"}')).toEqual({ schema: { type: 'object' } });
  expect(schemaOf('{"type": ')).toMatchObject({ problem: expect.stringContaining('not JSON') });
  expect(schemaOf('[]')).toMatchObject({ problem: expect.stringContaining('"type": "object"') });
  expect(schemaOf('{"type": "object", "properties": []}')).toHaveProperty('problem');
});

test('what the code still reads is told', () => {
  const code = 'let q = args.query.trim(); args.limit_of(args.any2)';
  expect(stillRead(code, schema, withoutArgument(schema, 0))).toEqual(['query']);
  expect(stillRead(code, schema, { type: 'object', properties: {} })).toEqual(['query']);
  expect(stillRead(code, schema, schema)).toEqual([]);
});
