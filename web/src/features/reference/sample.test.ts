import { expect, test } from 'vitest';
import { apiDocument as document } from '../../../test/apiDocument';
import { groupsOf, searched } from './document';
import { curlOf, sampleOf } from './sample';

const groups = groupsOf(document);

function operation(id: string) {
  const found = groups.flatMap(({ operations }) => operations).find((one) => one.id === id);
  if (!found) throw new Error(id);
  return found;
}

test('operations are read with what they say', () => {
  expect(groups.map(({ tag, operations }) => `${tag} ${operations.length}`)).toEqual([
    'auth 1',
    'servers 4',
    'templates 1',
    'oauth 1',
    'mcp 1',
  ]);
  expect(operation('postServers')).toMatchObject({
    method: 'POST',
    title: 'Makes a server of a draft, or of an uploaded component, and begins to build it',
    access: ['session', 'apiKey'],
    refusals: [
      { status: '402', code: 'plan_limit' },
      { status: '429', code: 'rate_limited' },
    ],
  });
  expect(operation('postAuthMagicLink')).toMatchObject({
    access: [],
    text: ['Mails a link that signs in once. It says the same whether or not there is an account.'],
  });
  expect(groupsOf({})).toEqual([]);
});

test('a search has all words', () => {
  const ids = (words: string) => searched(groups, words).flatMap(({ operations }) => operations.map(({ id }) => id));
  expect(ids('delete SERVER')).toEqual(['deleteServersId']);
  expect(ids('plan_limit')).toEqual(['postServers']);
  expect(ids('nonsense')).toEqual([]);
  expect(ids(' ')).toHaveLength(8);
});

test('a sample has what is needed, and an end', () => {
  const spec = { $ref: '#/components/schemas/Spec' };
  expect(sampleOf(document, spec)).toEqual({
    name: '…',
    tools: [{ name: '…' }],
    trigger: { call: 'person', by: '…' },
  });
  const endless = { type: 'object', required: ['a'], properties: { a: {} } };
  endless.properties.a = endless;
  expect(JSON.stringify(sampleOf(document, endless))).toBe('{"a":{"a":{"a":{"a":{"a":{}}}}}}');
});

test('the command is one that a shell takes', () => {
  expect(curlOf(document, operation('getServersId'))).toBe(
    'curl -sS --fail-with-body -H "Authorization: Bearer $KEY" \\\n  "$URL/v1/servers/$ID"',
  );
  expect(curlOf(document, operation('postAuthMagicLink'))).toBe(
    `curl -sS --fail-with-body -X POST \\\n  -H 'Content-Type: application/json' \\\n  -d '{ "email": "you@example.com" }' \\\n  "$URL/v1/auth/magic-link"`,
  );
  expect(curlOf(document, operation('postOauthToken'))).toContain("--data-urlencode 'grant_type=…'");
  expect(curlOf(document, operation('getTemplatesSlugReleasesNComponent'))).toContain(
    '$URL/v1/templates/$SLUG/releases/$N/component',
  );
  const said = {
    ...operation('postAuthMagicLink'),
    body: { type: 'text/plain', schema: { example: "it's `a` $KEY" } },
  };
  expect(curlOf(document, said)).toContain(`-d 'it'\\''s \`a\` $KEY'`);
});
