interface Props {
  lines: string[];
  label: string;
  /** For prose: long lines go on below, where code is scrolled. */
  prose?: boolean;
}

/** Lines of a unified diff: what came in, what went, and what stayed. The sign is text too, not colour alone. */
export function DiffLines({ lines, label, prose = false }: Props) {
  return (
    <section
      aria-label={label}
      tabIndex={0}
      className="max-h-[32rem] overflow-auto rounded-md border border-line bg-sunken py-2"
    >
      <pre className={`text-xs leading-5 ${prose ? 'whitespace-pre-wrap wrap-anywhere' : 'w-max min-w-full'}`}>
        {lines.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <div key={i} className={`flex px-4 ${tones[line.charAt(0)] ?? ''}`}>
            <code className="text-[1em]">{line || '\u200b'}</code>
          </div>
        ))}
      </pre>
    </section>
  );
}

const tones: Record<string, string> = {
  '+': 'bg-accent-wash',
  '-': 'bg-broken-wash',
  '@': 'text-muted',
};
