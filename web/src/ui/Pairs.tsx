import type { ReactNode } from 'react';

/** Things and what is to be said of each, side by side where there is room. */
export function Pairs({ pairs }: { pairs: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid gap-x-8 gap-y-6 sm:grid-cols-2">
      {pairs.map(([what, text]) => (
        <div key={what} className="grid content-start gap-1 border-line border-t pt-4">
          <dt className="font-medium">{what}</dt>
          <dd className="text-muted">{text}</dd>
        </div>
      ))}
    </dl>
  );
}
