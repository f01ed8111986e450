import { arc, BASE, CENTRE, HEIGHT, openings, panes, path, ray } from './bellShape';

interface Props {
  hosts: number;
  className?: string;
  /** Drawn with a thicker line, so that it holds at the size of an icon. */
  small?: boolean;
}

/** The drawn bell: closed when nothing is reachable, with one opening in the glass for each host. */
export function Bell({ hosts, className, small = false }: Props) {
  const at = openings(hosts);
  const halfGap = at.length > 6 ? 0.011 : 0.017;
  const label = hosts === 0 ? 'A closed bell: nothing is reachable' : `A bell with openings: ${hosts} reachable`;
  return (
    <svg
      viewBox="0 0 120 120"
      role="img"
      aria-label={label}
      className={className}
      fill="none"
      stroke="currentColor"
      strokeWidth={small ? 3.5 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {panes(at, halfGap).map(([from, to]) => (
        <path key={from} d={arc(from, to)} />
      ))}
      <circle cx={CENTRE} cy={BASE - HEIGHT - 6} r="4.5" />
      <path d={`M14 ${BASE}H106M22 ${BASE + 6}H98`} />
      <path d={arc(0.62, 0.78)} transform="translate(60 106) scale(.82) translate(-60 -106)" opacity="0.35" />
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
