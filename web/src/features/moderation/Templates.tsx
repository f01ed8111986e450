import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { TemplateStatus } from '@/lib/market';
import { type AdminTemplateLine, statuses } from '@/lib/moderation';
import { ago, count, labelOf } from '@/lib/words';
import { adminTemplatesOptions } from './api';
import { Listed, Nothing, Outcome } from './Listed';
import { Moderate } from './Moderate';
import { pillClass } from './pill';

/** Templates of a status, the newest first. */
export function Templates({ status }: { status: TemplateStatus }) {
  const list = useInfiniteQuery(adminTemplatesOptions(status));
  const [told, setTold] = useState<{ text: string } | null>(null);
  const templates = list.data?.pages.flatMap((page) => page.templates) ?? [];
  return (
    <Listed view="templates" list={list}>
      <nav aria-label="Status" className="flex flex-wrap gap-1">
        {statuses.map((one) => (
          <Link
            key={one}
            to="/admin"
            search={{ view: 'templates', status: one === 'published' ? undefined : one }}
            activeOptions={{ includeSearch: false }}
            aria-current={one === status ? 'page' : undefined}
            className={pillClass(one === status)}
          >
            {labelOf(one)}
          </Link>
        ))}
      </nav>
      <Outcome of={told} />
      {templates.length === 0 ? (
        <Nothing>No template is {labelOf(status).toLowerCase()}.</Nothing>
      ) : (
        <ul aria-label="Templates" className="divide-y divide-line rounded-md border border-line bg-surface">
          {templates.map((template) => (
            <Row key={template.id} template={template} onDone={(text) => setTold({ text })} />
          ))}
        </ul>
      )}
    </Listed>
  );
}

function Row({ template, onDone }: { template: AdminTemplateLine; onDone: (outcome: string) => void }) {
  const { slug, title, shortDescription, publisher, verified, resembles, forkCount, liveCount, updatedAt } = template;
  return (
    <li className="grid gap-2 p-4">
      <div className="grid gap-0.5">
        <p className="flex flex-wrap items-baseline justify-between gap-x-4">
          <Link
            to="/templates/$slug"
            params={{ slug }}
            className="font-medium text-link underline-offset-2 wrap-anywhere hover:underline"
          >
            {title}
          </Link>
          <time dateTime={updatedAt} title={updatedAt} className="text-xs text-muted">
            {ago(updatedAt)}
          </time>
        </p>
        <p className="text-muted wrap-anywhere">{shortDescription}</p>
        <p className="text-xs text-muted tabular-nums wrap-anywhere">
          {publisher ? `${publisher} (${template.publisherSlug})` : 'publisher gone'} · {count(forkCount, 'fork')},{' '}
          {liveCount.toLocaleString('en')} live
          {verified && ' · verified'}
          {resembles && <span className="text-decide"> · its title is close to that of {resembles}</span>}
        </p>
        {template.pendingTakedown && (
          <p className="text-xs text-decide wrap-anywhere">
            Another admin has asked to take it down, and a second one has to confirm: {template.pendingTakedown.reason}
          </p>
        )}
      </div>
      <Moderate slug={slug} title={title} pending={template.pendingTakedown !== null} onDone={onDone} />
    </li>
  );
}
