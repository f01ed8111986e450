/** The API’s description of itself, as the host makes it: the forms that it has, on a few operations. */
import type { ApiDocument } from '@/features/reference/document';

const problem = {
  description: 'A problem (RFC 9457)',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['type', 'title', 'status', 'code', 'detail'],
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          code: { type: 'string', description: 'A stable name of what went wrong' },
          detail: { type: 'string', description: 'What went wrong, and what to do' },
          requestId: { type: 'string', description: 'To quote when asking for help' },
        },
      },
    },
  },
};

function json(name: string) {
  return { content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } };
}

const id = { name: 'id', in: 'path', required: true, schema: { $ref: '#/components/schemas/ServerId' } };

export const apiDocument: ApiDocument = {
  info: { title: 'Cloche', version: '0.1.0' },
  security: [{ session: [] }, { apiKey: [] }],
  paths: {
    '/v1/auth/magic-link': {
      post: {
        tags: ['auth'],
        summary: 'Mails a link that signs in once. It says the same whether or not\nthere is an account.',
        operationId: 'postAuthMagicLink',
        security: [{}],
        requestBody: { ...json('AskForLink'), required: true },
        responses: { '202': { description: '', ...json('LinkAsked') }, default: problem },
      },
    },
    '/v1/servers': {
      get: {
        tags: ['servers'],
        summary: 'The organisation’s servers, newest first.',
        operationId: 'getServers',
        parameters: [
          { name: 'cursor', in: 'query', required: false, schema: { type: ['string', 'null'] } },
          {
            name: 'limit',
            in: 'query',
            required: false,
            schema: { type: ['integer', 'null'], format: 'int32', minimum: 0 },
          },
        ],
        responses: { '200': { description: '', ...json('Servers') }, default: problem },
      },
      post: {
        tags: ['servers'],
        summary: 'Makes a server of a draft, or of an uploaded component, and begins to build it.',
        description:
          'Where the plan has no room for one more server, the answer is 402 `plan_limit`; where the builds of the day are used up, 429\n`rate_limited`. What comes with it is in `secrets`.',
        operationId: 'postServers',
        requestBody: { ...json('CreateServer'), required: true },
        responses: { '201': { description: '', ...json('Server') }, default: problem },
      },
    },
    '/v1/servers/{id}': {
      get: {
        tags: ['servers'],
        summary: 'A server.',
        operationId: 'getServersId',
        parameters: [id],
        responses: { '200': { description: '', ...json('Server') }, default: problem },
      },
      delete: {
        tags: ['servers'],
        summary: 'Deletes a server. Access to it ends at once.',
        operationId: 'deleteServersId',
        deprecated: true,
        parameters: [id],
        responses: { '204': { description: '' }, default: problem },
      },
    },
    '/v1/templates/{slug}/releases/{n}/component': {
      get: {
        tags: ['templates'],
        summary: 'What runs: <b>the component</b>.',
        operationId: 'getTemplatesSlugReleasesNComponent',
        security: [{}],
        parameters: [
          { name: 'slug', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'n', in: 'path', required: true, schema: { type: 'integer', format: 'int64' } },
        ],
        responses: {
          '200': {
            description: '',
            content: {
              'application/wasm': {
                schema: { type: 'array', items: { type: 'integer', format: 'int32', minimum: 0 } },
              },
            },
          },
          default: problem,
        },
      },
    },
    '/oauth/token': {
      post: {
        tags: ['oauth'],
        summary: 'Gives tokens for a code or a refresh token',
        operationId: 'postOauthToken',
        security: [{}],
        requestBody: {
          content: { 'application/x-www-form-urlencoded': { schema: { $ref: '#/components/schemas/TokenRequest' } } },
          required: true,
        },
        responses: { '200': { description: 'Tokens' } },
      },
    },
    '/mcp/{org}/{slug}': {
      post: {
        tags: ['mcp'],
        summary: 'MCP over streamable HTTP',
        operationId: 'postMcpOrgSlug',
        security: [{ accessToken: ['mcp'] }, { apiKey: ['mcp'] }],
        parameters: [
          { name: 'org', in: 'path', required: true, schema: { type: 'string' } },
          { name: 'slug', in: 'path', required: true, schema: { type: 'string' } },
        ],
        requestBody: { content: { 'application/json': { schema: {} } } },
        responses: { '200': { description: 'An answer' } },
      },
    },
  },
  components: {
    schemas: {
      ServerId: { type: 'string', description: 'Begins with `srv_`' },
      AskForLink: {
        type: 'object',
        required: ['email'],
        properties: { email: { type: 'string', format: 'email' }, next: { type: ['string', 'null'] } },
        additionalProperties: false,
      },
      LinkAsked: {
        type: 'object',
        required: ['email', 'expiresInMinutes'],
        properties: { email: { type: 'string' }, expiresInMinutes: { type: 'integer', format: 'int64' } },
      },
      CreateServer: {
        type: 'object',
        description: 'A server of a draft (`previewId`), or of a component that was built elsewhere.',
        required: ['name', 'kind'],
        properties: {
          name: { type: 'string', minLength: 1, maxLength: 80 },
          kind: { $ref: '#/components/schemas/Kind' },
          slug: {
            oneOf: [{ type: 'null' }, { $ref: '#/components/schemas/Slug', description: 'May be left out for a fork' }],
          },
          secrets: { type: 'object', additionalProperties: { type: 'string' }, propertyNames: { type: 'string' } },
          spec: { oneOf: [{ type: 'null' }, { $ref: '#/components/schemas/Spec' }] },
        },
      },
      Kind: { type: 'string', enum: ['draft', 'upload'] },
      Slug: { type: 'string' },
      Spec: {
        type: 'object',
        required: ['name', 'tools', 'trigger'],
        properties: {
          name: { type: 'string' },
          tools: { type: 'array', items: { $ref: '#/components/schemas/Tool' } },
          parent: { oneOf: [{ type: 'null' }, { $ref: '#/components/schemas/Spec' }] },
          trigger: { $ref: '#/components/schemas/Trigger' },
        },
      },
      Tool: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', description: 'What AI clients call: it’s unique' },
          inputSchema: {},
          uses: { type: 'array', items: { $ref: '#/components/schemas/Tool' } },
        },
      },
      Trigger: {
        oneOf: [
          {
            type: 'object',
            required: ['call', 'by'],
            properties: { call: { type: 'string', enum: ['person'] }, by: { type: 'string' } },
          },
          { type: 'object', required: ['every'], properties: { every: { type: 'integer', minimum: 1 } } },
        ],
      },
      Server: {
        allOf: [
          { $ref: '#/components/schemas/ServerLine' },
          {
            type: 'object',
            required: ['spec'],
            properties: { spec: { $ref: '#/components/schemas/Spec' } },
          },
        ],
      },
      ServerLine: {
        type: 'object',
        required: ['id', 'createdAt'],
        properties: {
          id: { $ref: '#/components/schemas/ServerId' },
          createdAt: { type: 'string', format: 'date-time' },
        },
      },
      Servers: {
        type: 'object',
        required: ['servers'],
        properties: {
          servers: { type: 'array', items: { $ref: '#/components/schemas/Server' } },
          nextCursor: {
            oneOf: [
              { type: 'null' },
              {
                $ref: '#/components/schemas/ServerId',
                description: 'Give it as `cursor` for the next page; null on the last.',
              },
            ],
          },
        },
      },
      TokenRequest: {
        type: 'object',
        required: ['grant_type'],
        properties: { grant_type: { type: 'string' }, code: { type: ['string', 'null'] } },
      },
      Loop: { $ref: '#/components/schemas/Loop' },
    },
  },
};

/** As large as the real one. */
export function largeDocument(): ApiDocument {
  const tags = ['account', 'organisation', 'versions', 'builds', 'calls', 'audit', 'admin'];
  const more = Array.from({ length: 90 }, (_, i) => [
    `/v1/${tags[i % tags.length]}/{id}/things/${i}`,
    {
      get: {
        ...apiDocument.paths?.['/v1/servers/{id}']?.get,
        tags: [tags[i % tags.length] ?? ''],
        operationId: `getThing${i}`,
      },
    },
  ]);
  return { ...apiDocument, paths: { ...apiDocument.paths, ...Object.fromEntries(more) } };
}
