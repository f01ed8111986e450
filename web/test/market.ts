/** Templates, as the made-up host has them. */
import type { ForkPreview, ServerTemplate, Template, TemplateDetail, TemplateLine, TemplateUpdate } from '@/lib/market';
import { spec } from './fixtures';

export const sha256 = '6f0c2b7d9e4a1f3850c7d2e6b9a4f1c83d5e7a9b0c2d4f6e8a1b3c5d7e9f0a91';

export const unrelated: ServerTemplate = { published: null, publishedVersion: null, forked: null };

export function line(change: Partial<TemplateLine> = {}): TemplateLine {
  return {
    id: 'tpl_01',
    slug: 'notion-notes',
    title: 'Notion notes',
    category: 'knowledge',
    shortDescription: 'Finds pages in a Notion workspace and reads them as text.',
    tools: spec.tools.map(({ name }) => name),
    hosts: spec.allowedHosts,
    secrets: ['NOTION_TOKEN'],
    status: 'published',
    verified: false,
    resembles: null,
    publisher: 'Ada’s workshop',
    publisherSlug: 'ada',
    forkCount: 12,
    liveCount: 9,
    release: 2,
    updatedAt: '2026-11-20T10:00:00Z',
    ...change,
  };
}

export function template(change: Partial<Template> = {}): Template {
  const { tools: _, hosts: __, secrets: ___, liveCount: ____, ...base } = line();
  return { ...base, longDescription: '', statusReason: null, ...change };
}

export function templateDetail(change: Partial<TemplateDetail> = {}): TemplateDetail {
  return {
    ...template(),
    liveCount: 9,
    own: false,
    serverId: null,
    tools: spec.tools.map(({ implementation: _, ...tool }) => tool),
    requiredSecrets: spec.requiredSecrets,
    capabilities: {
      reaches: [{ scheme: 'https', host: 'api.notion.com', port: 443, methods: ['GET', 'POST'], path: '/v1' }],
      uses: [{ secret: 'NOTION_TOKEN', hosts: ['api.notion.com'] }],
      keeps: false,
      asks: false,
      words: [
        'Reaches api.notion.com over https: GET and POST, paths at and below /v1.',
        'Uses NOTION_TOKEN toward api.notion.com, and nowhere else.',
        'Nothing else.',
      ],
    },
    findings: [],
    spec,
    componentSha256: sha256,
    releases: [
      { n: 2, componentSha256: sha256, publishedAt: '2026-11-20T10:00:00Z' },
      { n: 1, componentSha256: '01'.repeat(32), publishedAt: '2026-11-02T10:00:00Z' },
    ],
    ...change,
  };
}

export function forkPreview(change: Partial<ForkPreview> = {}): ForkPreview {
  return {
    previewId: 'prv_11',
    templateId: 'tpl_01',
    release: 2,
    name: 'Notion notes',
    slug: 'notion-notes-2',
    requiredSecrets: spec.requiredSecrets,
    componentSha256: sha256,
    ...change,
  };
}

export const update: TemplateUpdate = {
  release: 3,
  asksForMore: true,
  changes: [
    {
      kind: 'added',
      what: 'GET files.notion.com',
      asksForMore: true,
      words: 'Reaches GET files.notion.com.',
    },
    {
      kind: 'removed',
      what: 'read_page',
      asksForMore: false,
      words: 'No longer has the tool read_page.',
    },
  ],
  code: [
    {
      tool: 'search_pages',
      added: 1,
      removed: 1,
      diff: '@@ -8,2 +8,2 @@\n-let pages = found["results"];\n+let pages = found["pages"];\n Ok(pages)\n',
    },
  ],
  codeCut: false,
};

export function forkedFrom(change: Partial<NonNullable<ServerTemplate['forked']>> = {}): ServerTemplate {
  return {
    ...unrelated,
    forked: {
      slug: 'notion-notes',
      title: 'Notion notes',
      status: 'published',
      statusReason: null,
      activeRelease: 2,
      newestRelease: 2,
      update: null,
      ...change,
    },
  };
}
