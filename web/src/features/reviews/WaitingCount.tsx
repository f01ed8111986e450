import { useQuery } from '@tanstack/react-query';
import { MOST, waitingOptions } from './api';

const A_WHILE_MS = 60_000;

/** How many versions wait. Nothing while it is not known: nobody waits for this. */
export function WaitingCount() {
  const { data } = useQuery({ ...waitingOptions, staleTime: A_WHILE_MS });
  if (!data || data.length === 0) return null;
  return (
    <>
      {' '}
      <span className="ml-1 rounded-full bg-decide-wash px-2 py-0.5 text-xs font-medium text-decide tabular-nums">
        {data.length < MOST ? data.length : `${MOST}+`}
        <span className="sr-only"> waiting</span>
      </span>
    </>
  );
}
