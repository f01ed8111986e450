import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { type CaseState, caseStates } from '@/lib/moderation';
import { casesOptions } from './api';
import { CaseRow } from './CaseRow';
import { Listed, Nothing, Outcome } from './Listed';
import { pillClass } from './pill';

const names: Record<CaseState, string> = { open: 'Open', upheld: 'Upheld', dismissed: 'Dismissed' };

/** Reports and appeals, the oldest first. */
export function Cases({ state }: { state: CaseState }) {
  const list = useInfiniteQuery(casesOptions(state));
  const [told, setTold] = useState<{ text: string } | null>(null);
  const cases = list.data?.pages.flatMap((page) => page.cases) ?? [];
  return (
    <Listed view="cases" list={list}>
      <nav aria-label="State" className="flex gap-1">
        {caseStates.map((one) => (
          <Link
            key={one}
            to="/admin"
            search={{ state: one === 'open' ? undefined : one }}
            activeOptions={{ includeSearch: false }}
            aria-current={one === state ? 'page' : undefined}
            className={pillClass(one === state)}
          >
            {names[one]}
          </Link>
        ))}
      </nav>
      <Outcome of={told} />
      {cases.length === 0 ? (
        <Nothing>
          {state === 'open'
            ? 'Nothing waits. Reports about templates and appeals of their owners come here.'
            : `No case was ${state}.`}
        </Nothing>
      ) : (
        <ul aria-label="Cases" className="grid gap-4">
          {cases.map((one) => (
            <CaseRow key={one.id} of={one} onDone={(text) => setTold({ text })} />
          ))}
        </ul>
      )}
    </Listed>
  );
}
