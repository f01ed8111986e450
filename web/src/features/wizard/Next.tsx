const first = {
  words: ['A model drafts it', 'Tools with their code, the hosts they reach, the secrets they need.'],
  document: ['You choose operations', 'Each becomes a tool, up to 20. No model is asked.'],
} as const;

const then = [
  ['You review it', 'Change names, texts, arguments and hosts; read every line of code. Give secrets here, not above.'],
  ['It is built and sealed', 'A matter of seconds. A mistake in the code is shown at its line.'],
  ['You copy its URL', 'AI clients sign in to it and call its tools.'],
] as const;

/** What the first step leads to. */
export function Next({ from }: { from: keyof typeof first }) {
  return (
    <aside aria-label="What happens next" className="grid gap-4 border-line lg:border-l lg:pl-8">
      <h2 className="font-semibold">What happens next</h2>
      <ol className="grid gap-4">
        {[first[from], ...then].map(([title, text], i) => (
          <li key={title} className="grid grid-cols-[1.5rem_1fr]">
            <span aria-hidden="true" className="text-muted tabular-nums">
              {i + 1}
            </span>
            <div>
              <p className="font-medium">{title}</p>
              <p className="text-muted">{text}</p>
            </div>
          </li>
        ))}
      </ol>
    </aside>
  );
}
