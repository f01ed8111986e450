/** A request to try, made from what the document says of it. */
import type { ApiDocument, Operation, Schema } from './document';
import { insideOf, resolved, valuesOf } from './schema';

/** A sample goes this deep; below, it is empty. */
const DEEPEST = 5;

/** A value that a schema allows: what it has to have, and as little else as says something. */
export function sampleOf(document: ApiDocument, schema: Schema, depth = 0): unknown {
  const here = resolved(document, schema);
  const given = [here.const, here.example, here.examples?.[0], here.default].find(
    (value) => value !== undefined && value !== null,
  );
  if (given !== undefined) return given;
  const [word] = valuesOf(document, schema);
  if (word !== undefined) return word;
  const type = [here.type ?? []].flat().find((one) => one !== 'null');
  if (type === 'array' && here.prefixItems) return here.prefixItems.map((one) => sampleOf(document, one, depth + 1));
  if (type === 'array') return depth < DEEPEST && here.items ? [sampleOf(document, here.items, depth + 1)] : [];
  if (type === 'integer' || type === 'number') return here.minimum ?? 1;
  if (type === 'boolean') return true;
  if (type === 'string') return formatted[here.format ?? ''] ?? '…';
  return objectOf(document, schema, here, depth);
}

const formatted: Record<string, string> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  uri: 'https://example.com',
  email: 'you@example.com',
};

function objectOf(document: ApiDocument, schema: Schema, here: Schema, depth: number): unknown {
  if (depth >= DEEPEST) return {};
  const { fields, variants } = insideOf(document, schema);
  const [variant] = variants;
  if (variant && fields.length === 0) return sampleOf(document, variant, depth + 1);
  const needed = fields.filter(({ required }) => required);
  const isMap = !here.properties && typeof here.additionalProperties === 'object';
  if (isMap) return {};
  return Object.fromEntries(needed.map(({ name, schema }) => [name, sampleOf(document, schema, depth + 1)]));
}

/** The command, with `$URL` for the platform and `$KEY` for an API key; what stands in a path is a variable too. */
export function curlOf(document: ApiDocument, { method, path, access, parameters, body }: Operation): string {
  const needed = parameters.filter((one) => one.in === 'query' && one.required);
  const query = needed.map(({ name }) => `${encodeURIComponent(name)}=${variable(name)}`).join('&');
  const url = `"$URL${path.replace(/\{([^}]+)\}/g, (_, name: string) => variable(name))}${query && `?${query}`}"`;
  const parts = [
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    ...bearer(access),
    ...(body ? [`-H 'Content-Type: ${body.type}'`, dataOf(document, body.type, body.schema)] : []),
    url,
  ];
  return `curl -sS --fail-with-body ${parts.join(' \\\n  ')}`;
}

/** A session alone is a browser's: there is nothing to send for it. */
function bearer(access: string[]): string[] {
  const token = access.includes('apiKey') ? '$KEY' : access.includes('accessToken') && '$TOKEN';
  return token ? [`-H "Authorization: Bearer ${token}"`] : [];
}

function dataOf(document: ApiDocument, type: string, schema: Schema): string {
  const sample = sampleOf(document, schema);
  if (type === 'application/x-www-form-urlencoded' && typeof sample === 'object' && sample !== null) {
    const pairs = Object.entries(sample).map(([name, value]) => `${name}=${String(value)}`);
    // Where the document does not say which there are, what they look like.
    return (pairs.length > 0 ? pairs : ['name=value'])
      .map((pair) => `--data-urlencode ${quoted(pair)}`)
      .join(' \\\n  ');
  }
  return `-d ${quoted(typeof sample === 'string' ? sample : JSON.stringify(sample, null, 1).replace(/\n\s*/g, ' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `template_id` and `templateId` as `$TEMPLATE_ID`. */
function variable(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_');
  return `$${words.toUpperCase()}`;
}
