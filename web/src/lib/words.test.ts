import { expect, test } from 'vitest';
import { capabilities, hostName, hostProblem, namesStore, reachOf } from './capability';
import { ago, labelOf, localPath, oneLine, slugFrom, slugProblem, spent, toolNameProblem, webAddress } from './words';

test('a slug comes from a title as the host would take it', () => {
  for (const [title, slug] of [
    ['Acme, Inc.', 'acme-inc'],
    ['42 Notes', 'notes'],
    ['Übersicht', 'ubersicht'],
    ['日本', 'server'],
    ['a'.repeat(80), 'a'.repeat(32)],
    [`${'a'.repeat(31)} b`, 'a'.repeat(31)],
  ] as const) {
    expect(slugFrom(title)).toBe(slug);
    expect(slugProblem(slug)).toBeNull();
  }
});

test('what is no slug or tool name is said so', () => {
  for (const slug of ['', 'a', 'A-b', '1a', 'a--b', 'a-', 'a_b', 'a'.repeat(41)])
    expect(slugProblem(slug)).not.toBeNull();
  expect(toolNameProblem('get_weather', ['now'])).toBeNull();
  expect(toolNameProblem('no spaces', [])).not.toBeNull();
  expect(toolNameProblem('Now', ['now'])).toContain('twice');
});

test('only web addresses are linked to', () => {
  expect(webAddress('https://a.example/x')).toBe('https://a.example/x');
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', '/relative', '', null])
    expect(webAddress(bad)).toBeNull();
});

test('sign-in leads to paths of this platform only', () => {
  expect(localPath('/oauth/authorize?a=b')).toBe('/oauth/authorize?a=b');
  for (const bad of [
    '//evil.example',
    '/.//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '',
    null,
  ]) {
    expect(localPath(bad)).toBeNull();
  }
});

test('a host pattern is read into its parts', () => {
  expect(reachOf('GET,POST api.notion.com/v1/')).toEqual({
    host: 'api.notion.com',
    methods: 'GET, POST',
    path: '/v1 and below',
    plain: false,
  });
  expect(reachOf('http://10.0.0.5:8080')).toEqual({
    host: '10.0.0.5:8080',
    methods: 'any method',
    path: 'any path',
    plain: true,
  });
  expect(hostName('GET https://API.example.com:8443/v1')).toBe('api.example.com');
  for (const bad of ['', 'a b', '*.com', 'a.*.com', 'u@a.b', 'a.b?x']) expect(hostProblem(bad)).not.toBeNull();
  expect(hostProblem('*.example.com')).toBeNull();
});

test('code that names the store may keep data', () => {
  expect(namesStore('let x = r#kv::get("a")?;')).toBe(true);
  expect(namesStore('let kvass = 1;')).toBe(false);
  expect(capabilities({ allowedHosts: [], requiredSecrets: [] }, false)).toEqual({
    reaches: [],
    uses: [],
    keeps: false,
  });
});

test('times are told with units', () => {
  expect(spent(40)).toBe('40 ms');
  expect(spent(810)).toBe('0.8 s');
  expect(spent(125_000)).toBe('2 min 5 s');
  expect(ago('2026-01-01T00:00:00Z', Date.parse('2026-01-01T03:10:00Z'))).toBe('3 hours ago');
});

test('a text is cut between words, and fits on a line', () => {
  expect(oneLine(' Finds pages\n by words ', 40)).toBe('Finds pages by words');
  expect(oneLine('Finds pages by words', 15)).toBe('Finds pages…');
  expect([...oneLine('😀'.repeat(70), 60)]).toHaveLength(60);
  expect(labelOf('leaked_secret')).toBe('Leaked secret');
});
