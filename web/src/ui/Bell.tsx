/** The drawn bell: closed when nothing is reachable, with one opening in the glass for each host. */

const CENTRE = 60;
const BASE = 106;
const HALF_WIDTH = 38;
const HEIGHT = 82;
/** A bell's outline: fuller at the shoulder than an ellipse. */
const FULLNESS = 2 / 2.7;
const STEPS = 240;
const MOST_DRAWN = 10;

interface Point {
  x: number;
  y: number;
}

/** A point of the glass; `t` runs from 0 (right foot) over 0.5 (top) to 1 (left foot). */
function glass(t: number, scale = 1): Point {
  const angle = t * Math.PI;
  const x = Math.sign(Math.cos(angle)) * Math.abs(Math.cos(angle)) ** FULLNESS;
  return { x: CENTRE + HALF_WIDTH * scale * x, y: BASE - HEIGHT * scale * Math.sin(angle) ** FULLNESS };
}

function path(points: Point[]): string {
  return points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}

function arc(from: number, to: number, scale = 1): string {
  const steps = Math.max(2, Math.round((to - from) * STEPS));
  return path(Array.from({ length: steps + 1 }, (_, i) => glass(from + ((to - from) * i) / steps, scale)));
}

/** Where the openings lie: right and left in turn, spread over the shoulders, never at the knob. */
export function openings(hosts: number): number[] {
  const drawn = Math.min(hosts, MOST_DRAWN);
  const right = Math.ceil(drawn / 2);
  const side = (n: number) => Array.from({ length: n }, (_, i) => 0.12 + (0.3 * (i + 1)) / (n + 1));
  return [...side(right), ...side(drawn - right).map((t) => 1 - t)].sort((a, b) => a - b);
}

/** What is left of the glass between the openings. */
function panes(at: number[], halfGap: number): [number, number][] {
  const edges = [0, ...at.flatMap((t) => [t - halfGap, t + halfGap]), 1];
  const pairs: [number, number][] = [];
  for (let i = 0; i + 1 < edges.length; i += 2) pairs.push([edges[i] ?? 0, edges[i + 1] ?? 1]);
  return pairs;
}

/** A line through an opening, square to the glass. */
function ray(t: number): { from: Point; to: Point } {
  const here = glass(t);
  const before = glass(t - 0.005);
  const after = glass(t + 0.005);
  const along = { x: after.x - before.x, y: after.y - before.y };
  const length = Math.hypot(along.x, along.y) || 1;
  const out = { x: -along.y / length, y: along.x / length };
  return {
    from: { x: here.x - out.x * 5, y: here.y - out.y * 5 },
    to: { x: here.x + out.x * 11, y: here.y + out.y * 11 },
  };
}

export function Bell({ hosts, className }: { hosts: number; className?: string }) {
  const at = openings(hosts);
  const halfGap = at.length > 6 ? 0.014 : 0.026;
  const label = hosts === 0 ? 'A closed bell: nothing is reachable' : `A bell with openings: ${hosts} reachable`;
  return (
    <svg
      viewBox="0 0 120 120"
      role="img"
      aria-label={label}
      className={className}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {panes(at, halfGap).map(([from, to]) => (
        <path key={from} d={arc(from, to)} />
      ))}
      <circle cx={CENTRE} cy={BASE - HEIGHT - 6} r="4.5" />
      <path d={`M14 ${BASE}H106M22 ${BASE + 6}H98`} />
      <path d={arc(0.64, 0.82, 0.84)} className="text-edge" stroke="currentColor" opacity="0.6" />
      <Seedling />
      {at.map((t) => {
        const { from, to } = ray(t);
        return (
          <g key={t} className="text-accent" stroke="currentColor">
            <path d={path([from, to])} />
            <circle cx={to.x} cy={to.y} r="2" fill="currentColor" />
          </g>
        );
      })}
    </svg>
  );
}

function Seedling() {
  return (
    <g className="text-accent" stroke="currentColor">
      <path d={`M60 ${BASE}C60 ${BASE - 14} 59 ${BASE - 22} 60 ${BASE - 36}`} />
      <path d="M60 84C50 85 43 80 42 69C53 68 59 74 60 84Z" fill="var(--accent-wash)" />
      <path d="M60 72C60 61 67 54 79 54C79 66 72 72 60 72Z" fill="var(--accent-wash)" />
    </g>
  );
}

/** The same bell, small, as the product's mark. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg
      viewBox="0 0 32 32"
      aria-hidden="true"
      className={className}
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d="M6 26V16a10 10 0 0 1 20 0v10M3 27h26" />
      <circle cx="16" cy="4" r="1.6" />
      <path
        className="text-accent"
        d="M16 26v-8m0 3c-3.500 0-5-1.500-5-4.500 3.500 0 5 1.500 5 4.500m0-2c3 0 4.500-1.500 4.500-4-3 0-4.500 1.500-4.500 4"
      />
    </svg>
  );
}
