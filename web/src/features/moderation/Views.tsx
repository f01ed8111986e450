import { Link } from '@tanstack/react-router';

export const views = ['cases', 'templates', 'log'] as const;
export type View = (typeof views)[number];

const names: Record<View, string> = { cases: 'Cases', templates: 'Templates', log: 'Decisions' };

/** What this is, and the way between its parts. */
export function Views({ view }: { view: View }) {
  return (
    <>
      <p className="-mt-5 max-w-prose text-muted">
        For admins of this platform. Every decision takes a reason, and stands in the log with it.
      </p>
      <nav aria-label="Moderation" className="flex gap-1">
        {views.map((one) => (
          <Link
            key={one}
            to="/admin"
            search={{ view: one === 'cases' ? undefined : one }}
            activeOptions={{ includeSearch: false }}
            aria-current={one === view ? 'page' : undefined}
            className={`rounded-md px-2 py-1.5 ${one === view ? 'bg-sunken font-medium text-ink' : 'text-muted hover:bg-sunken hover:text-ink'}`}
          >
            {names[one]}
          </Link>
        ))}
      </nav>
    </>
  );
}
