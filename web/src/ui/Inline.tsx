import { Link } from '@tanstack/react-router';
import { spansOf } from '@/lib/spans';

/** A line of text with its marks. */
export function Inline({ text }: { text: string }) {
  return spansOf(text).map((span, i) => {
    // The spans of a text never move.
    const key = `${i} ${span.text}`;
    if (span.kind === 'code') return <code key={key}>{span.text}</code>;
    if (span.kind === 'strong') {
      return (
        <strong key={key} className="font-medium">
          {span.text}
        </strong>
      );
    }
    if (span.kind === 'link') {
      return (
        <Link key={key} to={span.href} className="text-link underline underline-offset-2">
          {span.text}
        </Link>
      );
    }
    return span.text;
  });
}
