/** The host's API as this app relies on it. */

export type JsonSchema = Record<string, unknown>;

export interface ToolSpec {
  name: string;
  title?: string | null;
  description: string;
  inputSchema: JsonSchema;
  outputSchema?: JsonSchema | null;
  annotations?: Record<string, unknown> | null;
  /** Rust: the body of the tool. */
  implementation: string;
}

export interface RequiredSecret {
  key: string;
  description: string;
  howToGetUrl?: string | null;
  /** The only hosts that the value is ever sent to. */
  hosts: string[];
}

export interface ServerSpec {
  name: string;
  description: string;
  tools: ToolSpec[];
  /** Rust items shared by the tools. */
  helpers: string;
  requiredSecrets: RequiredSecret[];
  /** `[METHOD[,METHOD] ][https://|http://]host[:port][/path-prefix]` */
  allowedHosts: string[];
}

export interface Preview {
  previewId: string;
  spec: ServerSpec;
  model: string;
  /** No model is configured: the spec is the demo's, whatever was asked. */
  demo: boolean;
  /** It was there already: it took no draft of the day. */
  cached: boolean;
  expiresAt: string;
}

export type ServerStatus = 'building' | 'live' | 'paused' | 'failed' | 'needs_approval';

/** A tool of a built server: its code stays with the version. */
export type Tool = Omit<ToolSpec, 'implementation'>;

export interface Server {
  id: string;
  name: string;
  slug: string;
  status: ServerStatus;
  /** The template that it was made from. */
  templateId: string | null;
  /** That was taken down: the server is paused then, and cannot be resumed. */
  takenDown: boolean;
  mcpUrl: string;
  activeVersion: number | null;
  description: string;
  tools: Tool[];
  allowedHosts: string[];
  requiredSecrets: RequiredSecret[];
  /** What the active component imports, like `cloche:tool/http@0.1.0`; null before there is one. */
  imports: string[] | null;
  createdAt: string;
}

export interface SecretState {
  key: string;
  set: boolean;
}

export interface ServerDetail extends Server {
  secrets: SecretState[];
  /** The build that is under way. */
  activeBuild?: { id: string; state: BuildState } | null;
  /** Why the newest build failed, if it did. */
  lastFailure?: { code: string; message: string; diagnostics?: Diagnostic[] } | null;
}

export interface ServerPage {
  servers: Server[];
  /** Null on the last page. */
  nextCursor?: string | null;
}

export interface CreatedServer extends Server {
  buildId: string;
}

export interface NewServer {
  name: string;
  slug: string;
  previewId: string;
  specEdit?: ServerSpec;
  secrets?: Record<string, string>;
}

/** A server of a template; `previewId` is what forking that gave. */
export interface NewFork {
  name: string;
  slug: string;
  previewId: string;
  templateId: string;
  secrets?: Record<string, string>;
}

export type BuildState =
  | 'queued'
  | 'generating'
  | 'compiling'
  | 'inspecting'
  | 'testing'
  | 'deploying'
  | 'live'
  | 'needs_approval'
  | 'failed';

export interface Diagnostic {
  /** The tool whose body it is in; null for the shared helpers, and for code that the platform generates. */
  tool?: string | null;
  /** From 1; 0 in generated code. */
  line: number;
  column: number;
  endLine?: number | null;
  message: string;
  code?: string | null;
  hint?: string | null;
  /** The author's line. */
  text?: string | null;
}

export interface BuildEvent {
  seq: number;
  at: string;
  state: BuildState;
  message: string;
  /** The failure's stable name. */
  code?: string | null;
  diagnostics?: Diagnostic[] | null;
  /** A model's try to mend what the build stopped at: `diagnostics` say what was wrong. */
  repair?: Repair | null;
  elapsedMs: number;
}

export interface Repair {
  /** From 1. */
  attempt: number;
  /** How many there may be. */
  of: number;
  /** What the model has changed; none while it is being asked. */
  changed?: MendedLines[];
}

export interface MendedLines {
  /** Left out: in the code shared by the tools. */
  tool?: string | null;
  /** From 1. */
  line: number;
  removed: string;
  added: string;
}

export interface Build {
  id: string;
  serverId: string;
  state: BuildState;
  /** So far. */
  events: BuildEvent[];
}

/** Who has signed in by a link, and the path that they came for. */
export interface SignedIn extends Me {
  next?: string | null;
}

export interface Me {
  user: { id: string; email: string; name: string };
  org: { id: string; slug: string; name: string; plan: string };
  role: Role;
  /** Moderates the marketplace of this platform. */
  platformAdmin: boolean;
}

export type Role = 'owner' | 'admin' | 'developer' | 'reviewer' | 'viewer';

/** Ways to sign in besides a mailed link. */
export interface Ways {
  providers: { name: string; label: string }[];
  passkeys: boolean;
  plansForSale: boolean;
}

/** As whom a provider knows a person. */
export interface Identity {
  id: string;
  provider: string;
  label: string;
  /** A mail address or a name there. */
  shown: string;
  createdAt: string;
  lastUsedAt: string;
}

export interface Passkey {
  id: string;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
}

/** What an authenticator is asked; the token goes back with its answer. */
export interface Challenge<Options> {
  token: string;
  publicKey: Options;
}

/** What has come of a sign-in at a provider. */
export type SignInOutcome =
  | ({ outcome: 'signedIn' } & SignedIn)
  | { outcome: 'connected'; identity: Identity }
  | { outcome: 'consentMailed'; label: string };

/** What the organisation pays for. */
export interface Billing {
  plan: string;
  /** `gives`: the plan that is paid for now; null where none is. */
  subscription: { gives: string | null } | null;
}
