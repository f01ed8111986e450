import { type ReactNode, useEffect } from 'react';

interface Props {
  title: string;
  lead?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

/** A page's frame: its title (also the document's), one line of what it is, and its main action. */
export function Page({ title, lead, action, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Cloche`;
  }, [title]);
  return (
    <div className="grid gap-6">
      <header className="flex flex-wrap items-start justify-between gap-4">
        <div className="grid min-w-0 gap-1">
          <h1 className="text-xl font-semibold tracking-tight wrap-anywhere">{title}</h1>
          {lead && <div className="max-w-prose text-muted">{lead}</div>}
        </div>
        {action}
      </header>
      {children}
    </div>
  );
}

/** A titled part of a page. */
export function Section({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className="grid gap-3" aria-label={title}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 className="font-semibold">{title}</h2>
        {note && <div className="text-xs text-muted">{note}</div>}
      </div>
      {children}
    </section>
  );
}
