import { type ReactNode, useEffect, useRef } from 'react';

/** Whether a page was shown before: the first one leaves the focus at the document's beginning. */
let moved = false;

interface Props {
  title: string;
  /** Which part of it is shown: the document's title begins with that. */
  part?: string | undefined;
  lead?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

/** A page's frame: its title (also the document's), one line of what it is, and its main action. */
export function Page({ title, part, lead, action, children }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    document.title = `${part ? `${part} · ` : ''}${title} · Cloche`;
  }, [title, part]);

  // What had the focus went with the page before: go on from here, and say where here is.
  useEffect(() => {
    if (moved && document.activeElement === document.body) heading.current?.focus();
    moved = true;
  }, []);

  return (
    <div className="grid gap-6">
      <header className="flex flex-wrap items-start justify-between gap-4">
        <div className="grid min-w-0 gap-1">
          <h1 ref={heading} tabIndex={-1} className="text-xl outline-none font-semibold tracking-tight wrap-anywhere">
            {title}
          </h1>
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

/** A titled part of what is read rather than worked with. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-4" aria-label={title}>
      <h2 className="text-lg font-semibold tracking-tight">{title}</h2>
      {children}
    </section>
  );
}
