import { expect, test } from 'vitest';
import { changes } from './changes';

test('what is as it was is left out', () => {
  expect(changes({ role: 'viewer', name: 'a' }, { role: 'admin', name: 'a' })).toEqual([
    { name: 'role', before: 'viewer', after: 'admin' },
  ]);
});

test('what is new or gone has one side', () => {
  expect(changes(null, { scopes: ['api', 'mcp'], expiresAt: null })).toEqual([
    { name: 'scopes', before: null, after: 'api, mcp' },
  ]);
  expect(changes({ count: 3 }, null)).toEqual([{ name: 'count', before: '3', after: null }]);
});
