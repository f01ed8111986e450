/** What a server can do, in the words of the capability card. */
import type { RequiredSecret } from './contract';
import type { Report } from './market';

export interface Reach {
  host: string;
  /** `any method` or the methods, as the grant names them. */
  methods: string;
  /** The prefix in words, or `any path`. */
  path: string;
  /** The request is not encrypted. */
  plain: boolean;
}

export interface Capabilities {
  reaches: Reach[];
  uses: { key: string; hosts: string[] }[];
  /** Whether it may keep data between calls; null while that is not known. */
  keeps: boolean | null;
  /** Whether it may ask the person at the AI client. */
  asks?: boolean;
}

const PATTERN = /^(?:(?<methods>[A-Z,]+) )?(?:(?<scheme>https?):\/\/)?(?<host>[^/\s]+)(?<path>\/\S*)?$/;

/** Reads `[METHOD[,METHOD] ][https://|http://]host[:port][/path-prefix]`; what it can't read is shown as it stands. */
export function reachOf(pattern: string): Reach {
  const parts = PATTERN.exec(pattern.trim())?.groups;
  const path = parts?.path?.replace(/\/+$/, '');
  return {
    host: parts?.host ?? pattern,
    methods: parts?.methods?.replaceAll(',', ', ') ?? 'any method',
    path: path ? `${path} and below` : 'any path',
    plain: parts?.scheme === 'http',
  };
}

/** What is wrong with a host pattern, or null. The host checks it fully. */
export function hostProblem(pattern: string): string | null {
  const host = PATTERN.exec(pattern)?.groups?.host;
  if (!host || /[?#@\\]/.test(pattern)) return 'Write a host, like api.example.com or GET api.example.com/v1.';
  if (/^\*\.[^.]+$/.test(host) || host.slice(1).includes('*'))
    return 'A wildcard stands for a whole first label, as in *.example.com.';
  return null;
}

/** The host of a pattern without port, to hold a secret's binding against. */
export function hostName(pattern: string): string {
  return reachOf(pattern).host.replace(/:\d+$/, '').toLowerCase();
}

/** Code can only reach the store by naming it, so code without its name keeps nothing. */
export function namesStore(code: string): boolean {
  return /\bkv\b/.test(code);
}

/** Whether a component with these imports may keep data; null when they are not known. */
export function importsStore(imports: string[] | null): boolean | null {
  return imports ? imports.some((name) => name.startsWith('cloche:tool/kv@')) : null;
}

export function capabilities(
  grant: { allowedHosts: string[]; requiredSecrets: RequiredSecret[] },
  keeps: boolean | null,
): Capabilities {
  return {
    reaches: grant.allowedHosts.map(reachOf),
    uses: grant.requiredSecrets.map(({ key, hosts }) => ({ key, hosts })),
    keeps,
  };
}

/** What the host has read from a component. */
export function reported({ reaches, uses, keeps, asks }: Report): Capabilities {
  return {
    reaches: reaches.map(({ scheme, host, port, methods, path }) => ({
      host: port === (scheme === 'http' ? 80 : 443) ? host : `${host}:${port}`,
      methods: methods.join(', ') || 'any method',
      path: path ? `${path} and below` : 'any path',
      plain: scheme === 'http',
    })),
    uses: uses.map(({ secret, hosts }) => ({ key: secret, hosts })),
    keeps,
    asks,
  };
}
