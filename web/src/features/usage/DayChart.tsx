import { useId, useState } from 'react';
import type { DayUsed } from '@/lib/usage';
import { count } from '@/lib/words';

interface Props {
  title: string;
  /** What is counted, one of it. */
  unit: string;
  days: DayUsed[];
  of: (day: DayUsed) => number;
}

/** Height of the drawing, and room between bars, in its own units: a bar is 10 wide with it. */
const TALL = 100;
const GAP = 2;

const written = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** Bars, one a day. Pointing at one says its number; a table beside it has them all. */
export function DayChart({ title, unit, days, of }: Props) {
  const [at, setAt] = useState<number | null>(null);
  const id = useId();
  const numbers = days.map(of);
  const most = Math.max(0, ...numbers);
  const sum = numbers.reduce((all, n) => all + n, 0);
  const pointed = at === null ? undefined : days[at];
  const first = days[0];
  const last = days.at(-1);
  const summary =
    most === 0 ? `No ${unit}s in these days` : `${count(sum, unit)} in ${days.length} days, at most ${most} on one day`;
  return (
    <figure aria-labelledby={id} className="grid gap-3 rounded-md border border-line bg-surface p-4">
      <figcaption className="flex items-baseline justify-between gap-2">
        <span id={id} className="font-medium">
          {title}
        </span>
        <span className="text-xs text-muted tabular-nums">
          {pointed ? `${day(pointed)}: ${count(of(pointed), unit)}` : count(sum, unit)}
        </span>
      </figcaption>
      {most === 0 ? (
        <p className="grid h-24 place-items-center text-xs text-muted">{summary}</p>
      ) : (
        <svg
          role="img"
          aria-label={summary}
          viewBox={`0 0 ${days.length * 10} ${TALL}`}
          preserveAspectRatio="none"
          className="h-24 w-full"
          onPointerLeave={() => setAt(null)}
        >
          {numbers.map((n, i) => {
            const height = n === 0 ? 1 : Math.max(3, (n / most) * TALL);
            const tone = n === 0 ? 'fill-line' : at === i ? 'fill-ink' : 'fill-accent';
            return (
              <g key={days[i]?.day} onPointerEnter={() => setAt(i)}>
                <rect x={i * 10} width={10} height={TALL} className="fill-transparent" />
                <rect x={i * 10 + GAP / 2} y={TALL - height} width={10 - GAP} height={height} className={tone} />
              </g>
            );
          })}
        </svg>
      )}
      {first && last && (
        <p aria-hidden="true" className="flex justify-between text-xs text-muted">
          <span>{day(first)}</span>
          <span>{day(last)}</span>
        </p>
      )}
    </figure>
  );
}

function day(of: DayUsed): string {
  return written.format(new Date(`${of.day}T00:00:00Z`));
}
