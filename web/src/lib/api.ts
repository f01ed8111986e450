/** Calls to the host: JSON in, JSON out, RFC 9457 problems as errors. */

interface Problem {
  title?: string;
  status?: number;
  code?: string;
  detail?: string;
  requestId?: string;
  /** Of a spec: each thing wrong, and where. */
  problems?: SpecProblem[];
  /** Of what was to be public: each place to mend. */
  findings?: Finding[];
}

/** Something that must not be public, and where it stands. */
export interface Finding {
  /** JSON pointer: below `/spec` into the version's spec, else into what was sent. */
  pointer: string;
  /** From 1. */
  line: number;
  excerpt: string;
  why: string;
  /** Of what only looks like a secret: what says that it is none. */
  digest?: string | null;
}

interface SpecProblem {
  /** JSON pointer into the spec. */
  pointer: string;
  message: string;
}

/** What the host refused, in its own words. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  readonly problems: SpecProblem[];
  readonly findings: Finding[];
  /** The problem's members as they came. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Seconds to wait, if the host said so. */
  readonly retryAfter: number | undefined;

  constructor(problem: Problem, status: number, retryAfter?: number) {
    super(problem.detail ?? problem.title ?? `The server answered ${status} without saying why. Try again.`);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code ?? `http_${status}`;
    this.requestId = problem.requestId;
    this.problems = problem.problems ?? [];
    this.findings = problem.findings ?? [];
    this.members = { ...problem };
    this.retryAfter = retryAfter;
  }
}

/** What went wrong here and not at the host, in words for a person. */
export class Told extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'Told';
    this.code = code;
  }
}

/** The host could not be reached, or went away in the middle. */
export class Unreachable extends Told {
  constructor(message = 'Cloche cannot be reached. Check that it is running and that you are online, then try again.') {
    super('unreachable', message);
    this.name = 'Unreachable';
  }
}

export function problemFrom(body: unknown, status: number, retryAfter?: number): ApiError {
  return new ApiError(isProblem(body) ? body : {}, status, retryAfter);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null;
}

/** Sends a request; anything but a 2xx answer is thrown as `ApiError`, no answer at all as `Unreachable`. */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/v1/${path}`, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Unreachable();
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  const retryAfter = Number(response.headers.get('retry-after'));
  throw problemFrom(body, response.status, retryAfter > 0 ? retryAfter : undefined);
}

export function jsonBody(method: 'POST' | 'PUT' | 'PATCH', body: unknown): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send(path, signal ? { signal } : {});
  return (await response.json()) as T;
}

export async function postJson<T>(path: string, body: unknown): Promise<T> {
  const response = await send(path, jsonBody('POST', body));
  return (await response.json()) as T;
}
