/** The host's API of templates, as this app relies on it. */
import type { RequiredSecret, ServerSpec, Tool } from './contract';

export const tabs = ['trending', 'top', 'newest', 'mine'] as const;
export type Tab = (typeof tabs)[number];

export const categories = [
  'data',
  'developer',
  'communication',
  'productivity',
  'finance',
  'web',
  'knowledge',
  'utilities',
  'other',
] as const;
export type Category = (typeof categories)[number];

export const concerns = ['malicious', 'leaked_secret', 'impersonation', 'misleading', 'broken', 'other'] as const;
export type Concern = (typeof concerns)[number];

export type TemplateStatus = 'published' | 'unpublished' | 'hidden' | 'taken_down';

interface TemplateBase {
  id: string;
  slug: string;
  title: string;
  category: Category;
  shortDescription: string;
  status: TemplateStatus;
  /** This platform's admins vouch for it. */
  verified: boolean;
  /** The slug of a verified template that its title is close to. */
  resembles: string | null;
  /** Null where that organisation is gone. */
  publisher: string | null;
  /** The same by what nobody else is called. */
  publisherSlug: string | null;
  /** Organisations that have forked it, its own not among them. */
  forkCount: number;
  /** The number of the newest release. */
  release: number;
  updatedAt: string;
}

/** What a list shows. */
export interface TemplateLine extends TemplateBase {
  tools: string[];
  hosts: string[];
  secrets: string[];
  /** Organisations where a fork answers. */
  liveCount: number;
}

export interface TemplatePage {
  templates: TemplateLine[];
  nextCursor: string | null;
}

/** A template as its owner has published it. */
export interface Template extends TemplateBase {
  longDescription: string;
  /** Why an admin has hidden it or taken it down. */
  statusReason: string | null;
}

/** What a component can do, told from its binary. */
export interface Report {
  reaches: { scheme: string; host: string; port: number; methods: string[]; path: string }[];
  uses: { secret: string; hosts: string[] }[];
  keeps: boolean;
  asks: boolean;
  /** The same in sentences. */
  words: string[];
}

/** Something in a text that an AI client is given, and why it should be looked at. */
export interface TextFinding {
  pointer: string;
  excerpt: string;
  why: string;
}

export interface TemplateDetail extends Template {
  liveCount: number;
  own: boolean;
  /** What it is published from; null for others. */
  serverId: string | null;
  tools: Tool[];
  requiredSecrets: RequiredSecret[];
  capabilities: Report;
  /** What should be looked at in the texts that AI clients are given. */
  findings: TextFinding[];
  spec: ServerSpec;
  componentSha256: string;
  /** Newest first. */
  releases: { n: number; componentSha256: string; publishedAt: string }[];
}

export interface Listing {
  title: string;
  category: Category;
  shortDescription: string;
  longDescription?: string;
  secretHints?: { key: string; hint: string; howToGetUrl?: string }[];
  /** Digests of findings that look like secrets and are none. */
  notSecrets?: readonly string[];
}

export interface ForkPreview {
  previewId: string;
  templateId: string;
  release: number;
  name: string;
  /** Free in the organisation. */
  slug: string;
  requiredSecrets: RequiredSecret[];
  componentSha256: string;
}

export interface Change {
  kind: 'added' | 'removed' | 'changed';
  /** A host pattern, a secret's key, an interface, or `tool.field`. */
  what: string;
  asksForMore: boolean;
  words: string;
}

/** A release that a fork does not have yet, against the version that answers. */
export interface TemplateUpdate {
  release: number;
  asksForMore: boolean;
  changes: Change[];
  /** Unified; the tool is null for the helpers. */
  code: { tool: string | null; added: number; removed: number; diff: string }[];
  codeCut: boolean;
}

export interface ForkedFrom {
  slug: string;
  title: string;
  status: TemplateStatus;
  statusReason: string | null;
  /** That of the version that answers; null where that was changed since. */
  activeRelease: number | null;
  newestRelease: number;
  update: TemplateUpdate | null;
}

export interface ServerTemplate {
  published: Template | null;
  /** The server's version that is public. */
  publishedVersion: number | null;
  forked: ForkedFrom | null;
}
