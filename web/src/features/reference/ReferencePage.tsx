import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useDeferredValue, useMemo, useState } from 'react';
import { count } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { documentOptions } from './api';
import { type ApiDocument, groupsOf, searched } from './document';
import { Errors } from './Errors';
import { OperationRow } from './OperationRow';
import { tagPlace, tagWords } from './words';

interface Props {
  /** The operation that the address names, or another part of the page. */
  at: string;
  onOpen: (id: string) => void;
}

/** Every operation of the API, as the platform itself describes it. */
export function ReferencePage({ at, onOpen }: Props) {
  const { data: document, error, refetch } = useQuery(documentOptions);
  return (
    <Page
      title="API reference"
      lead={
        <>
          As this platform describes itself at <code>/v1/openapi.json</code>. What the words mean stands in the{' '}
          <Link to="/docs" className="text-link underline underline-offset-2">
            documentation
          </Link>
          .
        </>
      }
    >
      {document && <Reference document={document} at={at} onOpen={onOpen} />}
      {!document && !error && <Skeleton lines={8} label="Loading the reference" />}
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
    </Page>
  );
}

function Reference({ document, at, onOpen }: Props & { document: ApiDocument }) {
  const [words, setWords] = useState('');
  const wanted = useDeferredValue(words);
  const groups = useMemo(() => groupsOf(document).sort((a, b) => tagPlace(a.tag) - tagPlace(b.tag)), [document]);
  const found = useMemo(() => searched(groups, wanted), [groups, wanted]);
  const many = found.reduce((sum, { operations }) => sum + operations.length, 0);
  return (
    <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_220px]">
      <div className="grid min-w-0 gap-8">
        <div className="grid gap-2">
          <Field
            label="Search operations"
            type="search"
            placeholder="A word, a path, a method"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
          <p role="status" className="text-xs text-muted">
            {count(many, 'operation')}
          </p>
        </div>
        {many === 0 && (
          <div className="grid justify-items-start gap-3">
            <p>No operation has all of these words.</p>
            <Button onClick={() => setWords('')}>Show every operation</Button>
          </div>
        )}
        {wanted === '' && <Errors document={document} />}
        {found.map(({ tag, operations }) => (
          <section key={tag} aria-label={tagWords(tag)} className="grid min-w-0 gap-3">
            <h2 id={`tag-${tag}`} className="scroll-mt-20 text-lg font-semibold tracking-tight md:scroll-mt-8">
              {tagWords(tag)}
            </h2>
            <ul className="divide-y divide-line rounded-md border border-line bg-surface">
              {operations.map((operation) => (
                <OperationRow
                  key={operation.id}
                  document={document}
                  operation={operation}
                  named={operation.id === at}
                  onOpen={onOpen}
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
      <nav
        aria-label="Parts of the API"
        className="max-lg:hidden lg:sticky lg:top-8 lg:max-h-[calc(100dvh-4rem)] lg:overflow-y-auto"
      >
        <ul className="grid p-1">
          {found.map(({ tag, operations }) => (
            <li key={tag}>
              <a
                href={`#tag-${tag}`}
                className="flex justify-between gap-2 rounded-md px-2 py-1 text-muted hover:bg-sunken hover:text-ink"
              >
                {tagWords(tag)}
                <span className="text-xs leading-5 tabular-nums">{operations.length}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </div>
  );
}
