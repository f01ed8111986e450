/** The host's rules for names, checked here as well so that a mistake shows while it is typed. */

/** What is wrong with a slug, or null. */
export function slugProblem(slug: string): string | null {
  const right = slug.length >= 2 && slug.length <= 40 && /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(slug);
  return right ? null : '2 to 40 lower-case letters, digits and single hyphens, beginning with a letter.';
}

/** What is wrong with a tool's name, or null. */
export function toolNameProblem(name: string, others: string[]): string | null {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name)) {
    return '1 to 64 letters, digits, _ or -, beginning with a letter, like get_weather.';
  }
  const twice = others.some((other) => other.toLowerCase() === name.toLowerCase());
  return twice ? `${name} is there twice: rename one.` : null;
}

/** The nearest slug to a title: «Acme, Inc.» becomes `acme-inc`. */
export function slugFrom(title: string): string {
  const slug = title
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 32)
    .replace(/-+$/, '');
  return slug.length < 2 ? 'server' : slug;
}

export function looksLikeEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim());
}

/** A web address that may be linked to, or null: the text comes from a model. */
export function webAddress(text: string | null | undefined): string | null {
  if (!text || !URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
}

/** A path on this platform, or null: the text comes with a link that anyone may write. */
export function localPath(text: string | null | undefined): string | null {
  if (!text?.startsWith('/') || !URL.canParse(text, location.origin)) return null;
  const url = new URL(text, location.origin);
  // `/.//evil.example` is a path, but without its dot it would be another host.
  return url.origin === location.origin && !url.pathname.startsWith('//') ? url.pathname + url.search : null;
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** «3 minutes ago». */
export function ago(time: string, now = Date.now()): string {
  const seconds = (Date.parse(time) - now) / 1000;
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return 'just now';
}

/** «40 ms», «0.8 s»: for what is over. */
export function spent(ms: number): string {
  return ms < 100 ? `${Math.round(ms)} ms` : duration(ms);
}

/** «0.8 s», «2 min 5 s»: for what still runs. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** «leaked_secret» as «Leaked secret». */
export function labelOf(word: string): string {
  return capital(word.replaceAll('_', ' '));
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A text on one line, of so many characters at most. */
export function oneLine(text: string, most: number): string {
  const line = [...text.replace(/\s+/g, ' ').trim()];
  if (line.length <= most) return line.join('');
  const cut = line.slice(0, most - 1).join('');
  return `${cut.replace(/\s+\S*$/, '')}…`;
}
