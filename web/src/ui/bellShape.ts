/** The geometry of the drawn bell, in a square of 120. */

export const CENTRE = 60;
export const BASE = 106;
const HALF_WIDTH = 38;
export const HEIGHT = 82;
/** A bell's outline: fuller at the shoulder than an ellipse. */
const FULLNESS = 2 / 2.7;
const STEPS = 240;
const MOST_DRAWN = 10;

interface Point {
  x: number;
  y: number;
}

/** The outline by its angle, from the right foot over the top to the left foot. */
function outline(angle: number): Point {
  const x = Math.sign(Math.cos(angle)) * Math.abs(Math.cos(angle)) ** FULLNESS;
  return { x: CENTRE + HALF_WIDTH * x, y: BASE - HEIGHT * Math.sin(angle) ** FULLNESS };
}

const samples = Array.from({ length: STEPS + 1 }, (_, i) => outline((Math.PI * i) / STEPS));
/** The way along the outline to each sample. */
const way = [0];
for (const [i, point] of samples.slice(1).entries()) {
  const before = samples[i] ?? point;
  way.push((way[i] ?? 0) + Math.hypot(point.x - before.x, point.y - before.y));
}
const length = way.at(-1) ?? 1;

/** A point of the glass by the share of the way along it, so that equal shares look equal. */
function glass(share: number): Point {
  const at = Math.max(
    1,
    way.findIndex((walked) => walked >= share * length),
  );
  const [from, to, a = 0, b = 1] = [samples[at - 1], samples[at], way[at - 1], way[at]];
  if (!from || !to) return outline(0);
  const rest = (share * length - a) / (b - a);
  return { x: from.x + (to.x - from.x) * rest, y: from.y + (to.y - from.y) * rest };
}

export function path(points: Point[]): string {
  return points.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
}

export function arc(from: number, to: number): string {
  const steps = Math.max(2, Math.round((to - from) * 120));
  return path(Array.from({ length: steps + 1 }, (_, i) => glass(from + ((to - from) * i) / steps)));
}

/** Where the openings lie: right and left in turn, spread over the shoulders, never at the knob. */
export function openings(hosts: number): number[] {
  const drawn = Math.min(hosts, MOST_DRAWN);
  const right = Math.ceil(drawn / 2);
  const side = (n: number) => Array.from({ length: n }, (_, i) => 0.16 + (0.3 * (i + 1)) / (n + 1));
  return [...side(right), ...side(drawn - right).map((t) => 1 - t)].sort((a, b) => a - b);
}

/** What is left of the glass between the openings. */
export function panes(at: number[], halfGap: number): [number, number][] {
  const edges = [0, ...at.flatMap((t) => [t - halfGap, t + halfGap]), 1];
  const pairs: [number, number][] = [];
  for (let i = 0; i + 1 < edges.length; i += 2) pairs.push([edges[i] ?? 0, edges[i + 1] ?? 1]);
  return pairs;
}

/** A line through an opening, square to the glass. */
export function ray(t: number): { from: Point; to: Point } {
  const here = glass(t);
  const before = glass(t - 0.005);
  const after = glass(t + 0.005);
  const along = { x: after.x - before.x, y: after.y - before.y };
  const size = Math.hypot(along.x, along.y) || 1;
  const out = { x: -along.y / size, y: along.x / size };
  return {
    from: { x: here.x - out.x * 5, y: here.y - out.y * 5 },
    to: { x: here.x + out.x * 11, y: here.y + out.y * 11 },
  };
}
