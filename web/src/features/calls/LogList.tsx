import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { LogLines } from '@/ui/CallRecord';
import { Skeleton } from '@/ui/Skeleton';
import { Around } from './Around';
import { type Filter, logsOptions } from './api';

interface Props {
  serverId: string;
  filter: Filter;
  live: boolean;
  onClear: () => void;
}

/** What tools have written, call by call. */
export function LogList({ serverId, filter, live, onClear }: Props) {
  const list = useInfiniteQuery(logsOptions(serverId, filter, live));
  const calls = list.data?.pages.flatMap((page) => page.calls).filter(({ lines }) => lines.length > 0);
  return (
    <Around list={list} what="logs" empty={calls?.length === 0} filter={filter} live={live} onClear={onClear}>
      {!calls && !list.error && <Skeleton lines={6} label="Loading logs" />}
      {calls && calls.length > 0 && (
        <ol aria-label="Logs" className="grid gap-4">
          {calls.map(({ call, tool, lines }) => (
            <li key={call} className="grid gap-1">
              <p className="flex flex-wrap justify-between gap-x-4">
                <code className="font-medium wrap-anywhere">{tool}</code>
                <Link
                  to="/servers/$serverId/calls/$callId"
                  params={{ serverId, callId: call }}
                  aria-label={`The call ${call} of ${tool}`}
                  className="text-xs text-link underline underline-offset-2"
                >
                  The call
                </Link>
              </p>
              <LogLines lines={lines} label={`Log of ${tool}, call ${call}`} />
            </li>
          ))}
        </ol>
      )}
    </Around>
  );
}
