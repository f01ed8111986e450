/** How each AI client is told of a server. */

export interface Client {
  id: string;
  name: string;
  /** What to do, in one or two sentences. */
  how: string;
  /** To copy; where it goes is in `how`. */
  snippet: string;
  /** A link that opens the client with the server filled in. */
  install?: string;
  /** The client connects from its vendor's machines, not from this one. */
  fromCloud?: boolean;
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

export function clients(name: string, url: string): Client[] {
  const cursor = btoa(JSON.stringify({ url }));
  const vscode = encodeURIComponent(JSON.stringify({ name, type: 'http', url }));
  return [
    {
      id: 'claude',
      name: 'Claude',
      how: 'In Claude, on the web or the desktop: Settings, Connectors, Add custom connector. Paste this URL.',
      snippet: url,
      fromCloud: true,
    },
    {
      id: 'claude-code',
      name: 'Claude Code',
      how: 'Run this in a terminal, then sign in with /mcp in a session.',
      snippet: `claude mcp add --transport http ${name} ${url}`,
    },
    {
      id: 'cursor',
      name: 'Cursor',
      how: 'Install it with the button, or put this into ~/.cursor/mcp.json.',
      snippet: pretty({ mcpServers: { [name]: { url } } }),
      install: `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${encodeURIComponent(cursor)}`,
    },
    {
      id: 'vscode',
      name: 'VS Code',
      how: 'Install it with the button, or put this into .vscode/mcp.json of a workspace.',
      snippet: pretty({ servers: { [name]: { type: 'http', url } } }),
      install: `vscode:mcp/install?${vscode}`,
    },
    {
      id: 'chatgpt',
      name: 'ChatGPT',
      how: 'In ChatGPT: Settings, Connectors, Create (developer mode must be on). Paste this URL; authentication is OAuth.',
      snippet: url,
      fromCloud: true,
    },
    {
      id: 'windsurf',
      name: 'Windsurf',
      how: 'Put this into ~/.codeium/windsurf/mcp_config.json.',
      snippet: pretty({ mcpServers: { [name]: { serverUrl: url } } }),
    },
    {
      id: 'gemini-cli',
      name: 'Gemini CLI',
      how: 'Run this in a terminal.',
      snippet: `gemini mcp add --transport http ${name} ${url}`,
    },
  ];
}

/** Whether only this machine can reach the URL. */
export function isLocal(url: string): boolean {
  const host = new URL(url).hostname;
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\./.test(host);
}
