/** The host's API of one server's calls, versions and use, as this app relies on it. */
import type { BuildState, Role, ServerSpec } from './contract';
import type { Change, Report, TextFinding } from './market';

/** A request that a tool has made. */
export interface Egress {
  method: string;
  /** With the port where it is not the scheme's. */
  host: string;
  path: string;
  /** Absent where there was no answer. */
  status?: number;
  /** What went wrong, as the tool was told. */
  error?: string;
  ms: number;
  /** Of the request's body, in bytes. */
  sent: number;
  /** Of the answer's body. */
  bytes: number;
}

export interface LogLine {
  atMs: number;
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
}

/** A bound that a call ran into. */
export interface Bound {
  name: string;
  limit: number;
  used: number;
  unit: string;
}

export interface Call {
  id: string;
  version: number;
  tool: string;
  user: string;
  /** The OAuth client's id, `api_key` or `try`. */
  client: string;
  startedAt: string;
  wallMs: number;
  fuel: number;
  peakMemoryBytes: number;
  argumentBytes: number;
  resultBytes: number;
  /** `ok`, or why there is no result. */
  outcome: string;
  /** What the caller was told. */
  error?: string;
  /** Each bound once; the one that ended the call comes first. */
  bounds: Bound[];
  requests: Egress[];
}

export interface CallDetail extends Call {
  logs: LogLine[];
}

export interface CallPage {
  calls: Call[];
  nextCursor: string | null;
}

export interface LogPage {
  calls: { call: string; tool: string; lines: LogLine[] }[];
  nextCursor: string | null;
}

/** One piece of a result, as MCP has it. */
export type Content =
  | { type: 'text'; text: string }
  | { type: 'image' | 'audio'; data: string; mimeType: string }
  | { type: 'resource_link'; uri: string; name: string; description?: string; mimeType?: string }
  | { type: 'resource'; resource: { uri: string; mimeType?: string; text: string } };

export interface ToolResult {
  content: Content[];
  structuredContent?: Record<string, unknown>;
}

/** What a tried call gave, used and wrote. */
export interface Tried extends CallDetail {
  /** Null where there is none: `error` says why. */
  result: ToolResult | null;
}

export interface Sums {
  calls: number;
  /** Calls that came to no result. */
  errors: number;
}

export interface Usage {
  /** The last 30 days, oldest first; the last is today, in UTC. */
  days: (Sums & { day: string })[];
}

export type Review = 'not_needed' | 'waiting' | 'approved' | 'refused';

export interface Version {
  n: number;
  state: BuildState;
  active: boolean;
  /** Of its component; null until it is built. */
  sha256: string | null;
  /** Its component was built elsewhere. */
  uploaded: boolean;
  createdAt: string;
  createdBy: { id: string; name: string | null };
  build: { id: string; finishedAt: string | null; failure: { code: string; message: string } | null };
  /** Whether it may answer; null until it is built. */
  review: Review | null;
  reviewedBy: string | null;
  reviewedAt: string | null;
  reviewReason: string | null;
}

export interface VersionPage {
  versions: Version[];
  nextCursor: number | null;
}

export interface CodeDiff {
  /** Null for the helpers. */
  tool: string | null;
  change: 'added' | 'removed' | 'changed';
  added: number;
  removed: number;
  /** Unified. */
  diff: string;
}

/** A change with what stood there before and stands there now. */
export interface VersionChange extends Change {
  part: 'reaches' | 'uses' | 'interface' | 'server' | 'tool';
  before?: unknown;
  after?: unknown;
}

export interface VersionDiff {
  from: number;
  to: number;
  asksForMore: boolean;
  changes: VersionChange[];
  code: CodeDiff[];
  codeCut: boolean;
}

/** What a version can do, and what a reviewer should look at in its texts. */
export interface VersionReport extends Report {
  componentSha256: string;
  componentSize: number;
  findings: TextFinding[];
}

export interface VersionSource {
  spec: ServerSpec;
}

/** The next version: by a wish, by other code, or as a whole. */
export type NextVersion =
  | { prompt: string }
  | { source: { tools?: Record<string, string>; helpers?: string } }
  | { specEdit: ServerSpec };

export interface BegunVersion {
  version: number;
  buildId: string;
}

/** Whether someone of this role changes servers: makes versions, tries tools, pauses. */
export function mayChange(role: Role): boolean {
  return role === 'owner' || role === 'admin' || role === 'developer';
}

/** Whether someone of this role decides on versions that ask for more. */
export function mayReview(role: Role): boolean {
  return role === 'owner' || role === 'reviewer';
}

/** The path of a server in the API. */
export function serverPath(id: string): string {
  return `servers/${encodeURIComponent(id)}`;
}
