/** The few marks within a line of text: code, weight, and links to places here. Whatever is none of them is text. */

interface Plain {
  kind: 'text' | 'code' | 'strong';
  text: string;
}

export type Span = Plain | { kind: 'link'; text: string; href: string };

export function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const match of text.matchAll(/`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((\/[^)]*)\)/g)) {
    if (match.index > at) spans.push({ kind: 'text', text: text.slice(at, match.index) });
    const [whole, code, strong, words, href] = match;
    if (code) spans.push({ kind: 'code', text: code });
    else if (strong) spans.push({ kind: 'strong', text: strong });
    else spans.push({ kind: 'link', text: words ?? '', href: href ?? '/' });
    at = match.index + whole.length;
  }
  if (at < text.length) spans.push({ kind: 'text', text: text.slice(at) });
  return spans;
}
