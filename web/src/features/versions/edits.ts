/** What is changed by hand for the next version, before it is sent. */
import type { ServerSpec } from '@/lib/contract';
import type { NextVersion } from '@/lib/server';

export interface Edits {
  /** Bodies of tools, by name. */
  tools: Record<string, string>;
  helpers?: string;
  allowedHosts?: string[];
  /** The number of the version that they were sent as. */
  sentAs?: number;
}

export const nothing: Edits = { tools: {} };

/** The code of a tool as it stands now; of null, what the tools share. */
export function codeOf(spec: ServerSpec, edits: Edits, tool: string | null): string {
  if (tool === null) return edits.helpers ?? spec.helpers;
  return edits.tools[tool] ?? spec.tools.find(({ name }) => name === tool)?.implementation ?? '';
}

export function withCode(edits: Edits, tool: string | null, code: string): Edits {
  return tool === null ? { ...edits, helpers: code } : { ...edits, tools: { ...edits.tools, [tool]: code } };
}

/** What there is to send; null where nothing is changed. Other hosts are sent with the whole spec. */
export function nextOf(spec: ServerSpec, edits: Edits): NextVersion | null {
  const changed = spec.tools.filter(({ name, implementation }) => codeOf(spec, edits, name) !== implementation);
  const tools = Object.fromEntries(changed.map(({ name }) => [name, codeOf(spec, edits, name)]));
  const helpers = codeOf(spec, edits, null);
  const { allowedHosts } = edits;
  if (allowedHosts && JSON.stringify(allowedHosts) !== JSON.stringify(spec.allowedHosts)) {
    const implemented = spec.tools.map((tool) => ({ ...tool, implementation: codeOf(spec, edits, tool.name) }));
    return { specEdit: { ...spec, tools: implemented, helpers, allowedHosts } };
  }
  if (changed.length === 0 && helpers === spec.helpers) return null;
  return { source: { ...(changed.length > 0 && { tools }), ...(helpers !== spec.helpers && { helpers }) } };
}
