import type { MendedLines } from '@/lib/contract';

/** Lines of code that a model has put in place of others. */
export function Mended({ tool, line, removed, added }: MendedLines) {
  const where = `${tool ?? 'shared code'}, line ${line}`;
  return (
    <section
      aria-label={`Mended in ${where}`}
      tabIndex={0}
      className="col-span-full my-1 max-h-72 overflow-auto rounded-md border border-line bg-sunken py-2"
    >
      <p className="px-4 text-muted">{where}</p>
      <pre className="w-max min-w-full text-[1em] leading-5">
        <Lines sign="–" words="taken out" text={removed} className="text-muted" />
        <Lines sign="+" words="put in" text={added} className="bg-decide-wash" />
      </pre>
    </section>
  );
}

function Lines({ sign, words, text, className }: { sign: string; words: string; text: string; className: string }) {
  if (text === '') return null;
  return (
    <div className={className}>
      <span className="sr-only">{words}:</span>
      {text.split('\n').map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
        <div key={i} className="flex pr-4">
          <span aria-hidden="true" className="w-8 shrink-0 pl-4 select-none">
            {sign}
          </span>
          <code className="text-[1em]">{line || '\u200b'}</code>
        </div>
      ))}
    </div>
  );
}
