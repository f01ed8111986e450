import type { Finding } from '@/lib/api';
import type { Server } from '@/lib/contract';

const said: Record<string, string> = {
  title: 'Title',
  shortDescription: 'Short description',
  longDescription: 'Long description',
  secretHints: 'Hint for a secret',
};

const fields: Record<string, string> = {
  name: 'its name',
  title: 'its title',
  annotations: 'its annotations',
  outputSchema: 'its result',
};

/** The field of the form that a pointer means; none for what stands in the version. */
export function fieldOf(pointer: string): string | null {
  const [first = ''] = parts(pointer);
  return first === 'spec' ? null : first;
}

/** Where a finding stands, as a person would say it: the tool's name, and the line. */
export function placeOf({ pointer, line }: Finding, of: Pick<Server, 'tools' | 'requiredSecrets'>): string {
  const [first = '', part, index, field = '', ...inner] = parts(pointer);
  if (first !== 'spec') return said[first] ?? pointer;
  if (part === 'tools') {
    const tool = of.tools[Number(index)]?.name;
    return tool ? `${tool}, ${inTool(field, inner, line)}` : pointer;
  }
  if (part === 'requiredSecrets') {
    const secret = of.requiredSecrets[Number(index)]?.key;
    return secret ? `Secret ${secret}` : pointer;
  }
  if (part === 'helpers') return `Code shared by the tools, line ${line}`;
  if (part === 'allowedHosts') return 'Allowed hosts';
  if (part === 'name') return 'The server’s name';
  if (part === 'description') return `The server’s description, line ${line}`;
  return pointer;
}

function inTool(field: string, inner: string[], line: number): string {
  if (field === 'implementation') return `line ${line} of its code`;
  if (field === 'description') return `line ${line} of its description`;
  if (field === 'inputSchema') {
    const argument = inner[inner.indexOf('properties') + 1];
    return inner.includes('properties') && argument ? `its argument ${argument}` : 'its arguments';
  }
  return fields[field] ?? field;
}

/** RFC 6901 §4. */
function parts(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}
