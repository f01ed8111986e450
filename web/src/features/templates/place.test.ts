import { expect, test } from 'vitest';
import { fieldOf, placeOf } from './place';

const of = {
  tools: [{ name: 'search', description: '', inputSchema: {} }],
  requiredSecrets: [{ key: 'TOKEN', description: '', hosts: [] }],
};

test('a place is said as a person would', () => {
  for (const [pointer, place] of [
    ['/spec/tools/0/implementation', 'search, line 4 of its code'],
    ['/spec/tools/0/description', 'search, line 4 of its description'],
    ['/spec/tools/0/inputSchema/properties/a~1b/description', 'search, its argument a/b'],
    ['/spec/tools/0/inputSchema/title', 'search, its arguments'],
    ['/spec/helpers', 'Code shared by the tools, line 4'],
    ['/spec/requiredSecrets/0/description', 'Secret TOKEN'],
    ['/spec/tools/7/name', '/spec/tools/7/name'],
    ['/title', 'Title'],
  ] as const) {
    expect(placeOf({ pointer, line: 4, excerpt: '', why: '' }, of)).toBe(place);
  }
  expect(fieldOf('/shortDescription')).toBe('shortDescription');
  expect(fieldOf('/spec/description')).toBeNull();
});
