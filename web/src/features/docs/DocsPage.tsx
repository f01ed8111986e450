import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { textOptions } from './api';
import { blocksOf } from './blocks';
import { Prose } from './Prose';
import { type DocPage, pages } from './pages';

/** A page of the documentation, with the way to the others. */
export function DocsPage({ slug }: { slug: string | undefined }) {
  const page = slug === undefined ? pages[0] : pages.find((page) => page.slug === slug);
  return page ? <Written page={page} /> : <Missing />;
}

function Missing() {
  return (
    <Page title="There is no such page" lead="The documentation has these:">
      <ul className="grid gap-2">
        {pages.map(({ slug, title }) => (
          <li key={slug}>
            <Link to="/docs/$page" params={{ page: slug }} className="text-link underline underline-offset-2">
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
}

function Written({ page }: { page: DocPage }) {
  const { data: text, error } = useQuery(textOptions(page));
  const next = pages[pages.indexOf(page) + 1];
  return (
    <Page title={page.title}>
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_220px]">
        <article className="grid min-w-0 gap-8">
          {text !== undefined && <Prose text={text} />}
          {text === undefined && !error && <Skeleton lines={6} />}
          {error && <Problem error={error} action={<Button onClick={() => location.reload()}>Reload</Button>} />}
          {next && (
            <p className="border-line border-t pt-4">
              Next:{' '}
              <Link to="/docs/$page" params={{ page: next.slug }} className="text-link underline underline-offset-2">
                {next.title}
              </Link>
            </p>
          )}
        </article>
        <aside className="grid gap-6 max-lg:row-start-1 lg:sticky lg:top-8">
          <Contents page={page} text={text ?? ''} />
        </aside>
      </div>
    </Page>
  );
}

function Contents({ page, text }: { page: DocPage; text: string }) {
  const nav = useRef<HTMLElement>(null);

  // On a phone it is a strip: the page that one is on is in sight.
  useEffect(() => {
    const here = nav.current?.querySelector<HTMLElement>('[aria-current]');
    if (nav.current && here) nav.current.scrollLeft = here.offsetLeft - nav.current.offsetLeft - 24;
  }, []);

  return (
    <nav ref={nav} aria-label="Documentation" className="overflow-x-auto">
      <ul className="flex gap-1 lg:grid">
        {pages.map(({ slug, title }) => {
          const here = slug === page.slug;
          return (
            <li key={slug} className="shrink-0">
              <Link
                to="/docs/$page"
                params={{ page: slug }}
                aria-current={here ? 'page' : undefined}
                className={`block rounded-md px-2 py-1.5 whitespace-nowrap ${here ? 'bg-sunken font-medium' : 'text-muted hover:bg-sunken hover:text-ink'}`}
              >
                {title}
              </Link>
              {here && <Parts text={text} />}
            </li>
          );
        })}
        <li className="shrink-0">
          <Link
            to="/docs/api"
            className="block rounded-md px-2 py-1.5 text-muted whitespace-nowrap hover:bg-sunken hover:text-ink"
          >
            API reference
          </Link>
        </li>
      </ul>
    </nav>
  );
}

function Parts({ text }: { text: string }) {
  return (
    <ul className="grid border-line border-l py-1 ml-2 max-lg:hidden">
      {blocksOf(text).map(
        (block) =>
          block.kind === 'heading' && (
            <li key={block.id}>
              <a href={`#${block.id}`} className="block rounded-sm px-3 py-0.5 text-xs text-muted hover:text-ink">
                {block.text}
              </a>
            </li>
          ),
      )}
    </ul>
  );
}
