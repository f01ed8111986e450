import type { Usage } from '@/lib/server';
import { count } from '@/lib/words';
import { Fold } from '@/ui/Code';

/** Drawing units; the picture is as wide as there is room. */
const WIDTH = 600;
const HEIGHT = 72;
const GAP = 4;

type Day = Usage['days'][number];

const dayWords = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });

function said({ day, calls, errors }: Day): string {
  return `${dayWords.format(new Date(day))}: ${count(calls, 'call')}${errors > 0 ? `, ${count(errors, 'error')}` : ''}`;
}

/** Calls by day as bars, their errors at the foot; the same as a table for who wants the numbers. */
export function DayChart({ days }: { days: Day[] }) {
  const most = Math.max(1, ...days.map(({ calls }) => calls));
  const step = WIDTH / days.length;
  // A day with one call is seen beside one with a thousand.
  const tall = (n: number) => (n === 0 ? 0 : Math.max(2, (n / most) * HEIGHT));
  const [first, last] = [days.at(0), days.at(-1)];
  const sum = days.reduce((total, { calls }) => total + calls, 0);
  return (
    <figure className="grid gap-1">
      <figcaption className="text-xs text-muted">
        Calls by day, {most.toLocaleString('en')} at most, <span className="text-broken">errors</span> at the foot
      </figcaption>
      <svg
        role="img"
        aria-label={`${count(sum, 'call')} in ${days.length} days, ${most.toLocaleString('en')} at most on one. The table below has each day.`}
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 1}`}
        preserveAspectRatio="none"
        className="h-20 w-full"
      >
        {days.map((day, i) => (
          <g key={day.day} className="group">
            <title>{said(day)}</title>
            <rect x={i * step} width={step} height={HEIGHT} className="fill-transparent group-hover:fill-sunken" />
            <Bar x={i * step} width={step} height={tall(day.calls)} className="fill-accent" />
            <Bar x={i * step} width={step} height={tall(day.errors)} className="fill-broken" />
          </g>
        ))}
        <rect y={HEIGHT} width={WIDTH} height={1} className="fill-line" />
      </svg>
      <div className="flex justify-between text-xs text-muted tabular-nums">
        <span>{first && dayWords.format(new Date(first.day))}</span>
        <span>{last && dayWords.format(new Date(last.day))}</span>
      </div>
      <Fold summary="As a table">
        <table className="w-full text-left tabular-nums">
          <thead className="text-xs text-muted">
            <tr>
              <th className="py-1 font-normal">Day</th>
              <th className="py-1 text-right font-normal">Calls</th>
              <th className="py-1 text-right font-normal">Errors</th>
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {days
              .filter(({ calls, errors }) => calls + errors > 0)
              .map(({ day, calls, errors }) => (
                <tr key={day}>
                  <th className="py-1 font-normal">{dayWords.format(new Date(day))}</th>
                  <td className="py-1 text-right">{calls.toLocaleString('en')}</td>
                  <td className="py-1 text-right">{errors.toLocaleString('en')}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </Fold>
    </figure>
  );
}

function Bar({ x, width, height, className }: { x: number; width: number; height: number; className: string }) {
  return <rect x={x + GAP / 2} y={HEIGHT - height} width={width - GAP} height={height} className={className} />;
}
