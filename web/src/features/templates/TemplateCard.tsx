import { Link } from '@tanstack/react-router';
import { reachOf } from '@/lib/capability';
import type { TemplateLine } from '@/lib/market';
import { count, labelOf } from '@/lib/words';
import { Bell } from '@/ui/Bell';
import { Verified } from './Verified';

/** Hosts that are named; the others are counted. */
const NAMED = 2;

export function TemplateCard({ template }: { template: TemplateLine }) {
  const { slug, title, shortDescription, category, status, resembles, forkCount, liveCount } = template;
  const hosts = [...new Set(template.hosts.map((pattern) => reachOf(pattern).host))];
  return (
    <li className="relative grid grid-rows-[auto_1fr_auto_auto] content-start gap-2 rounded-md border border-line bg-surface p-4 transition-colors duration-150 hover:border-edge">
      <div className="flex items-start justify-between gap-3">
        <div className="grid min-w-0 gap-0.5">
          <Link
            to="/templates/$slug"
            params={{ slug }}
            className="font-medium wrap-anywhere after:absolute after:inset-0 after:rounded-md"
          >
            {title}
          </Link>
          <p className="flex flex-wrap items-center gap-x-2 text-xs text-muted wrap-anywhere">
            <Publisher of={template} />
            {template.verified && <Verified />}
          </p>
        </div>
        <Bell small hosts={hosts.length} className="w-9 shrink-0" />
      </div>
      <div className="grid content-start gap-1">
        <p className="text-muted wrap-anywhere">{shortDescription}</p>
        {resembles && (
          <p className="text-xs text-decide wrap-anywhere">
            Not the verified <code>{resembles}</code>
          </p>
        )}
        {status !== 'published' && <p className="text-xs text-decide">{labelOf(status)}</p>}
      </div>
      <p className="text-xs text-muted wrap-anywhere">
        {hosts.length === 0 ? 'reaches nothing' : 'reaches '}
        <code>{hosts.slice(0, NAMED).join(', ')}</code>
        {hosts.length > NAMED && ` and ${hosts.length - NAMED} more`}
      </p>
      <p className="flex flex-wrap justify-between gap-x-3 border-line border-t pt-2 text-xs text-muted tabular-nums">
        <span>{labelOf(category)}</span>
        <span>
          {count(forkCount, 'fork')} · {liveCount.toLocaleString('en')} live
        </span>
      </p>
    </li>
  );
}

/** The name, and what nobody else is called: it tells look-alikes apart. */
function Publisher({ of: { publisher, publisherSlug } }: { of: TemplateLine }) {
  if (publisher === null) return 'publisher gone';
  return (
    <span>
      {publisher} {publisherSlug !== null && <code>{publisherSlug}</code>}
    </span>
  );
}
