import type { Content, ToolResult } from '@/lib/server';
import { webAddress } from '@/lib/words';
import { Code } from '@/ui/Code';
import { CopyButton } from '@/ui/Copy';
import { Media } from './Media';

/** A tool's result, each piece as what it is. All of it is text from elsewhere: none of it is markup. */
export function Result({ result: { content, structuredContent } }: { result: ToolResult }) {
  const pieces = structuredContent ? content.filter((piece) => !repeats(piece, structuredContent)) : content;
  const nothing = pieces.length === 0 && !structuredContent;
  return (
    <div className="grid min-w-0 gap-3">
      {nothing && <p className="text-muted">It gave an empty result.</p>}
      {structuredContent && <Json value={structuredContent} />}
      {pieces.map((piece, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a result never changes
        <Piece key={i} piece={piece} />
      ))}
    </div>
  );
}

function Piece({ piece }: { piece: Content }) {
  switch (piece.type) {
    case 'text':
      return <Text text={piece.text} />;
    case 'image':
    case 'audio':
      return <Media kind={piece.type} data={piece.data} mimeType={piece.mimeType} />;
    case 'resource_link':
      return (
        <div className="grid gap-1 rounded-md border border-line bg-surface p-4">
          <p className="font-medium wrap-anywhere">{piece.name}</p>
          <Address uri={piece.uri} />
          {piece.description && <p className="text-muted wrap-anywhere">{piece.description}</p>}
          {piece.mimeType && <code className="text-xs text-muted wrap-anywhere">{piece.mimeType}</code>}
        </div>
      );
    case 'resource':
      return (
        <div className="grid min-w-0 gap-2 rounded-md border border-line bg-surface p-4">
          <Address uri={piece.resource.uri} />
          <Text text={piece.resource.text} />
        </div>
      );
    default:
      return <Json value={piece} />;
  }
}

function Text({ text }: { text: string }) {
  const json = structured(text);
  if (json !== null) return <Json value={json} />;
  return (
    <Copied text={text}>
      <section
        aria-label="Text"
        tabIndex={0}
        className="max-h-96 overflow-auto rounded-md border border-line bg-surface p-4 pr-24 whitespace-pre-wrap wrap-anywhere"
      >
        {text || <span className="text-muted">an empty text</span>}
      </section>
    </Copied>
  );
}

function Json({ value }: { value: unknown }) {
  const text = JSON.stringify(value, null, 2);
  return (
    <Copied text={text}>
      <Code code={text} label="JSON" numbered={false} />
    </Copied>
  );
}

function Copied({ text, children }: { text: string; children: React.ReactNode }) {
  return (
    <div className="relative min-w-0">
      {children}
      <div className="absolute top-2 right-2">
        <CopyButton text={text} what="the result" />
      </div>
    </div>
  );
}

/** Only what is a web address is linked to. */
function Address({ uri }: { uri: string }) {
  const href = webAddress(uri);
  if (!href) return <code className="wrap-anywhere">{uri}</code>;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className="font-mono text-[0.93em] text-link underline underline-offset-2 wrap-anywhere"
    >
      {uri}
    </a>
  );
}

/** A text that is an object or a list in JSON. */
function structured(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** Structured results come a second time as text, for clients that know no others. */
function repeats(piece: Content, value: unknown): boolean {
  return piece.type === 'text' && JSON.stringify(structured(piece.text)) === JSON.stringify(value);
}
