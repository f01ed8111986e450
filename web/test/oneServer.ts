/** Calls, versions and use of one server, as the made-up host has them. */
import type { Call, CallDetail, Tried, Usage, Version, VersionDiff, VersionReport } from '@/lib/server';
import { spec } from './fixtures';
import { sha256, templateDetail } from './market';

/** What a name, a text or a log may hold, and has to be shown as. */
export const planted = '<img src=x onerror="window.planted = true">';

export function call(change: Partial<Call> = {}): Call {
  return {
    id: 'cal_01',
    version: 2,
    tool: 'search_pages',
    user: 'usr_01',
    client: 'try',
    startedAt: '2026-11-21T11:58:00Z',
    wallMs: 214,
    fuel: 1_204_331,
    peakMemoryBytes: 1_310_720,
    argumentBytes: 21,
    resultBytes: 1_204,
    outcome: 'ok',
    bounds: [],
    requests: [
      { method: 'POST', host: 'api.notion.com', path: '/v1/search', status: 200, ms: 187, sent: 48, bytes: 5_210 },
    ],
    ...change,
  };
}

export function callDetail(change: Partial<CallDetail> = {}): CallDetail {
  return {
    ...call(),
    logs: [
      { atMs: Date.parse('2026-11-21T11:58:00.012Z'), level: 'info', message: 'looking for "roadmap"' },
      { atMs: Date.parse('2026-11-21T11:58:00.201Z'), level: 'warn', message: '3 pages have no title' },
    ],
    ...change,
  };
}

export function tried(change: Partial<Tried> = {}): Tried {
  const pages = { pages: [{ id: '1f0c', title: 'Roadmap', edited: '2026-11-20T09:00:00Z' }] };
  return {
    ...callDetail(),
    result: { content: [{ type: 'text', text: JSON.stringify(pages) }], structuredContent: pages },
    ...change,
  };
}

export const failedCall = call({
  id: 'cal_02',
  tool: 'read_page',
  client: 'client_7f3a9c',
  startedAt: '2026-11-21T11:40:00Z',
  wallMs: 1_840,
  outcome: 'tool_error',
  error: 'Notion answers 404: the page is not shared with this integration.',
  requests: [
    {
      method: 'GET',
      host: 'api.notion.com',
      path: '/v1/blocks/1f0c/children',
      status: 404,
      ms: 96,
      sent: 0,
      bytes: 188,
    },
    { method: 'GET', host: 'evil.example', path: '/', error: 'evil.example is not granted', ms: 0, sent: 0, bytes: 0 },
  ],
  bounds: [{ name: 'requests', limit: 20, used: 21, unit: 'requests' }],
});

export const calls: Call[] = [
  call(),
  failedCall,
  call({ id: 'cal_03', client: 'api_key', startedAt: '2026-11-21T09:12:00Z', wallMs: 96, requests: [] }),
];

export function usage(perDay = [3, 0, 12, 40, 8, 0, 0, 21, 55, 64, 30, 12, 0, 4, 9, 18, 33, 71, 90, 44]): Usage {
  const none = Array<number>(Math.max(0, 30 - perDay.length)).fill(0);
  return {
    days: [...none, ...perDay].map((calls, i) => ({
      day: new Date(Date.parse('2026-11-21') - (29 - i) * 86_400_000).toISOString().slice(0, 10),
      calls,
      errors: Math.floor(calls / 12),
    })),
  };
}

export function version(change: Partial<Version> = {}): Version {
  return {
    n: 2,
    state: 'live',
    active: true,
    sha256,
    uploaded: false,
    createdAt: '2026-11-20T10:00:00Z',
    createdBy: { id: 'usr_01', name: 'Ada' },
    build: { id: 'bld_02', finishedAt: '2026-11-20T10:00:02Z', failure: null },
    review: 'not_needed',
    reviewedBy: null,
    reviewedAt: null,
    reviewReason: null,
    ...change,
  };
}

const failure = { code: 'compile_error', message: 'search_pages does not compile: see line 8.' };

export const versions: Version[] = [
  version({
    n: 4,
    active: false,
    state: 'needs_approval',
    review: 'waiting',
    createdAt: '2026-11-21T11:00:00Z',
    build: { id: 'bld_04', finishedAt: '2026-11-21T11:00:03Z', failure: null },
  }),
  version({
    n: 3,
    active: false,
    state: 'failed',
    sha256: null,
    review: null,
    createdBy: { id: 'usr_02', name: null },
    build: { id: 'bld_03', finishedAt: '2026-11-20T11:00:02Z', failure },
  }),
  version(),
  version({ n: 1, active: false, createdAt: '2026-11-02T10:00:00Z' }),
];

export function versionDiff(change: Partial<VersionDiff> = {}): VersionDiff {
  return {
    from: 2,
    to: 4,
    asksForMore: true,
    changes: [
      {
        kind: 'added',
        part: 'reaches',
        what: 'GET api.example.com/v2',
        asksForMore: true,
        words: 'Reaches GET api.example.com/v2.',
      },
      {
        kind: 'changed',
        part: 'tool',
        what: 'search_pages.description',
        asksForMore: true,
        before: 'Finds pages by words in their title.',
        after: 'Finds pages by words in their title, newest first.',
        words: 'Tells AI clients another description of the tool search_pages.',
      },
    ],
    code: [
      {
        tool: 'search_pages',
        change: 'changed',
        added: 2,
        removed: 1,
        diff: '@@ -1,2 +1,3 @@\n let found = search(&args)?;\n-Ok(found)\n+let found = newest_first(found);\n+Ok(found)\n',
      },
    ],
    codeCut: false,
    ...change,
  };
}

export function versionReport(change: Partial<VersionReport> = {}): VersionReport {
  return {
    ...templateDetail().capabilities,
    componentSha256: sha256,
    componentSize: 84_212,
    findings: [],
    ...change,
  };
}

export const versionSource = { spec };
