/** In reading order. */
const tags: Record<string, string> = {
  auth: 'Signing in',
  account: 'Your account',
  organisation: 'Organisations',
  usage: 'Usage',
  keys: 'API keys',
  clients: 'Connected AI clients',
  previews: 'Drafts',
  imports: 'OpenAPI documents',
  servers: 'Servers',
  versions: 'Versions',
  builds: 'Builds',
  calls: 'Calls',
  templates: 'Templates',
  audit: 'Audit log',
  admin: 'For the platform’s admins',
  billing: 'Plans and payment',
  oauth: 'OAuth',
  mcp: 'MCP',
  platform: 'The platform',
};

/** Where a tag stands among the others; those that this version does not know come last. */
export function tagPlace(tag: string): number {
  const place = Object.keys(tags).indexOf(tag);
  return place === -1 ? Object.keys(tags).length : place;
}

export function tagWords(tag: string): string {
  return tags[tag] ?? tag;
}

const ways: Record<string, string> = {
  session: 'whoever is signed in at a browser',
  apiKey: 'whoever has an API key',
  accessToken: 'whoever has an OAuth access token',
};

/** For whom it is, in words. */
export function accessWords(access: string[]): string {
  if (access.length === 0) return 'everyone, signed in or not';
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(access.map((way) => ways[way] ?? way));
}
