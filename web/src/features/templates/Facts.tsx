import type { TemplateDetail } from '@/lib/market';
import { ago } from '@/lib/words';
import { Section } from '@/ui/Page';

/** What can be checked: the bytes that run, and when each release came. */
export function Facts({ template: { componentSha256, releases } }: { template: TemplateDetail }) {
  return (
    <Section title="Releases" note="None ever changes">
      <ol className="divide-y divide-line rounded-md border border-line bg-surface">
        {releases.map((release) => (
          <li key={release.n} className="grid gap-1 px-4 py-3">
            <p className="flex justify-between gap-3">
              <span className={release.componentSha256 === componentSha256 ? 'font-medium' : ''}>
                Release {release.n}
              </span>
              <time dateTime={release.publishedAt} title={release.publishedAt} className="text-xs leading-5 text-muted">
                {ago(release.publishedAt)}
              </time>
            </p>
            <p className="text-xs text-muted">
              sha256 <code className="wrap-anywhere">{release.componentSha256}</code>
            </p>
          </li>
        ))}
      </ol>
    </Section>
  );
}
