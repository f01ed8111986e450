import type {
  BuildEvent,
  BuildState,
  CreatedServer,
  Identity,
  Me,
  Passkey,
  Preview,
  Server,
  ServerDetail,
  ServerSpec,
  Ways,
} from '@/lib/contract';

export const me: Me = {
  user: { id: 'usr_01', email: 'ada@example.com', name: '' },
  org: { id: 'org_01', slug: 'ada', name: 'Ada’s workshop', plan: 'self-hosted' },
  role: 'owner',
  platformAdmin: false,
};

export const ways: Ways = {
  providers: [
    { name: 'corp', label: 'Example Corp' },
    { name: 'github', label: 'GitHub' },
  ],
  passkeys: true,
  plansForSale: true,
};

export const passkeys: Passkey[] = [
  { id: 'psk_01', name: 'Mac', createdAt: '2026-10-02T10:00:00Z', lastUsedAt: '2026-11-21T11:40:00Z' },
  { id: 'psk_02', name: 'The grey key in the second drawer', createdAt: '2026-11-20T10:00:00Z', lastUsedAt: null },
];

export const identities: Identity[] = [
  {
    id: 'idn_01',
    provider: 'github',
    label: 'GitHub',
    shown: 'countess-of-lovelace',
    createdAt: '2026-10-02T10:00:00Z',
    lastUsedAt: '2026-11-21T09:00:00Z',
  },
];

export const spec: ServerSpec = {
  name: 'Notion notes',
  description: 'Finds pages in a Notion workspace and reads them as text.',
  tools: [
    {
      name: 'search_pages',
      description: 'Finds pages by words in their title, newest first.',
      inputSchema: {
        type: 'object',
        properties: {
          query: { type: 'string', description: 'Words to look for' },
          limit: { type: 'integer', maximum: 50 },
        },
        required: ['query'],
      },
      annotations: { readOnlyHint: true },
      implementation: [
        'let found = http::post("https://api.notion.com/v1/search")',
        '    .header("Authorization", "Bearer {NOTION_TOKEN}")',
        '    .header("Notion-Version", "2022-06-28")',
        '    .json(&json!({ "query": args.query, "page_size": args.limit.unwrap_or(10) }))?',
        '    .send()?',
        '    .ok()?',
        '    .json::<Value>()?;',
        'let pages = found["results"].as_array().map(Vec::as_slice).unwrap_or_default();',
        'Ok(json!({ "pages": pages.iter().map(page_line).collect::<Vec<_>>() }))',
      ].join('\n'),
    },
    {
      name: 'read_page',
      description: 'Reads one page as plain text, with its title and last edit.',
      inputSchema: { type: 'object', properties: { page_id: { type: 'string' } }, required: ['page_id'] },
      implementation:
        'let blocks = children(&args.page_id)?;\nOk(blocks.iter().map(block_text).collect::<Vec<_>>().join("\\n"))',
    },
  ],
  helpers:
    'pub fn page_line(page: &Value) -> Value {\n    json!({ "id": page["id"], "edited": page["last_edited_time"] })\n}',
  requiredSecrets: [
    {
      key: 'NOTION_TOKEN',
      description: 'An internal integration token that the pages are shared with.',
      howToGetUrl: 'https://www.notion.so/my-integrations',
      hosts: ['api.notion.com'],
    },
  ],
  allowedHosts: ['GET,POST api.notion.com/v1'],
};

export const demoSpec: ServerSpec = {
  name: 'Echo',
  description: 'Echoes a message and tells the time.',
  tools: [
    {
      name: 'echo',
      description: 'Gives the message back.',
      inputSchema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
      implementation: 'Ok(args.message)',
    },
    {
      name: 'now',
      description: 'The time in UTC.',
      inputSchema: { type: 'object', properties: {} },
      implementation: 'Ok(time::now().to_rfc3339())',
    },
  ],
  helpers: '',
  requiredSecrets: [],
  allowedHosts: [],
};

export function preview(of: ServerSpec = spec, demo = false): Preview {
  return {
    previewId: 'prv_01',
    spec: of,
    model: demo ? 'demo' : 'claude-sonnet-5',
    demo,
    cached: false,
    expiresAt: '2026-11-21T12:30:00Z',
  };
}

export function server(of: ServerSpec = spec, change: Partial<Server> = {}): Server {
  return {
    id: 'srv_01',
    name: of.name,
    slug: 'notion-notes',
    status: 'live',
    templateId: null,
    takenDown: false,
    mcpUrl: 'http://127.0.0.1:8787/mcp/ada/notion-notes',
    activeVersion: 1,
    description: of.description,
    tools: of.tools.map(({ implementation: _, ...tool }) => tool),
    allowedHosts: of.allowedHosts,
    requiredSecrets: of.requiredSecrets,
    imports: ['cloche:tool/http@0.1.0', 'cloche:tool/log@0.1.0'],
    createdAt: '2026-11-21T10:00:00Z',
    ...change,
  };
}

export function detail(change: Partial<ServerDetail> = {}): ServerDetail {
  return { ...server(), secrets: [{ key: 'NOTION_TOKEN', set: false }], ...change };
}

export const created: CreatedServer = {
  ...server(spec, { status: 'building', activeVersion: null }),
  buildId: 'bld_01',
};

const BEGIN = Date.parse('2026-11-21T10:00:00Z');

/** A build that passed these states, each after so many milliseconds. */
export function events(...steps: [BuildState, number, Partial<BuildEvent>?][]): BuildEvent[] {
  return steps.map(([state, ms, more], i) => ({
    seq: i + 1,
    at: new Date(BEGIN + ms).toISOString(),
    state,
    message: '',
    elapsedMs: ms,
    ...more,
  }));
}

export const liveBuild = events(
  ['queued', 0, { message: 'job taken' }],
  ['generating', 40, { message: 'rendered 3 files, 41 lines' }],
  ['compiling', 60, { message: 'rustc, optimised' }],
  ['inspecting', 810, { message: 'imports log, http; all declared' }],
  ['testing', 840, { message: 'answers tools/list with 2 tools' }],
  ['deploying', 890, { message: 'sha256 6f0c…91' }],
  ['live', 910, { message: 'version 1 is active' }],
);

export const failedBuild = events(
  ['queued', 0, { message: 'job taken' }],
  ['generating', 40, { message: 'rendered 3 files, 41 lines' }],
  ['compiling', 60, { message: 'rustc, optimised' }],
  [
    'failed',
    590,
    {
      message: 'search_pages does not compile: see line 8.',
      diagnostics: [
        {
          tool: 'search_pages',
          line: 8,
          column: 21,
          message: 'no method named `as_arr` found for enum `Value` in the current scope',
          code: 'E0599',
          hint: 'There is a method with a similar name: as_array.',
          text: 'let pages = found["results"].as_arr().map(Vec::as_slice).unwrap_or_default();',
        },
      ],
    },
  ],
);

/** It did not compile; a model mended it. */
export const mendedBuild = events(
  ['queued', 0, { message: 'job taken' }],
  ['generating', 40, { message: 'rendered 3 files, 41 lines' }],
  ['compiling', 60, { message: 'rustc, optimised' }],
  [
    'generating',
    590,
    {
      message: 'Try 1 of 3: a model mends what is wrong: search_pages does not compile: see line 8.',
      repair: { attempt: 1, of: 3 },
    },
  ],
  [
    'generating',
    4590,
    {
      message: 'A model mended search_pages, line 8',
      repair: {
        attempt: 1,
        of: 3,
        changed: [
          {
            tool: 'search_pages',
            line: 8,
            removed: 'let pages = found["results"].as_arr().map(Vec::as_slice).unwrap_or_default();',
            added: 'let pages = found["results"].as_array().map(Vec::as_slice).unwrap_or_default();',
          },
        ],
      },
    },
  ],
  ['compiling', 4600, { message: 'rustc, optimised' }],
  ['inspecting', 5350, { message: 'imports log, http; all declared' }],
  ['testing', 5380, { message: 'answers tools/list with 2 tools' }],
  ['live', 5450, { message: 'version 1 is active' }],
);

export function problem(status: number, code: string, detail: string) {
  return { type: `https://cloche.dev/problems/${code}`, title: code, status, code, detail, requestId: 'req_01' };
}
