import { type ReactNode, useState } from 'react';

interface Props {
  code: string;
  label: string;
  /** The number of the first line. */
  first?: number;
  /** Numbers of lines to mark. */
  marked?: number[];
  numbered?: boolean;
}

/** Read-only code with line numbers that are not copied along. */
export function Code({ code, label, first = 1, marked = [], numbered = true }: Props) {
  const lines = code.replace(/\n$/, '').split('\n');
  return (
    <section
      aria-label={label}
      tabIndex={0}
      className="max-h-96 overflow-auto rounded-md border border-line bg-sunken py-2"
    >
      <pre className="w-max min-w-full text-xs leading-5">
        {lines.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
          <div key={i} className={`flex pr-4 ${marked.includes(i + first) ? 'bg-broken-wash' : ''}`}>
            <span
              aria-hidden="true"
              className={`shrink-0 pr-4 text-right text-muted tabular-nums select-none ${numbered ? 'w-12' : 'w-4'}`}
            >
              {numbered && i + first}
            </span>
            <code className="text-[1em]">{line || '\u200b'}</code>
          </div>
        ))}
      </pre>
    </section>
  );
}

/** Code or a schema behind a line that opens it. */
export function Disclosed({ summary, ...code }: { summary: string } & Pick<Props, 'code' | 'label' | 'numbered'>) {
  return (
    <Fold summary={summary}>
      <Code {...code} />
    </Fold>
  );
}

interface FoldProps {
  summary: ReactNode;
  open?: boolean;
  /** What is in it is made when it is first opened: it may be endless. */
  lazy?: boolean;
  children: ReactNode;
}

/** What stands behind a line that opens it. */
export function Fold({ summary, open, lazy = false, children }: FoldProps) {
  const [opened, setOpened] = useState(open === true);
  return (
    <details open={open} onToggle={({ currentTarget }) => currentTarget.open && setOpened(true)} className="min-w-0">
      <summary className="flex w-fit items-center gap-1 rounded-sm text-muted select-none hover:text-ink">
        <Chevron />
        {summary}
      </summary>
      <div className="mt-2">{(opened || !lazy) && children}</div>
    </details>
  );
}

export function Chevron() {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 16 16"
      className="size-4 shrink-0 transition-transform duration-150 [details[open]>summary>&]:rotate-90"
    >
      <path
        d="m6 4 4 4-4 4"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
