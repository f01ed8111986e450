import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '@/lib/api';
import { labelOf } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { usageOptions } from './api';
import { Days } from './Days';
import { Limits } from './Limits';
import { Servers } from './Servers';

interface Props {
  /** The server whose days are shown; none: those of all together. */
  server: string | undefined;
  onServer: (server: string | undefined) => void;
  /** The plan, where plans are sold. */
  plan: ReactNode;
}

/** What the organisation uses, against its plan and day by day. */
export function UsagePage({ server, onServer, plan }: Props) {
  const { data: usage, error, refetch, isPlaceholderData } = useQuery(usageOptions(server));
  const gone = server !== undefined && error instanceof ApiError && error.status === 404;
  return (
    <Page title="Usage and plan" lead={usage && <>Plan: {labelOf(usage.plan)}</>}>
      {error && (
        <Problem
          error={error}
          action={
            gone ? (
              <Button onClick={() => onServer(undefined)}>Show all servers</Button>
            ) : (
              <Button onClick={() => refetch()}>Try again</Button>
            )
          }
        />
      )}
      {!usage && !error && <Skeleton lines={6} />}
      {usage && (
        <div className="grid gap-10">
          <Limits limits={usage.limits} />
          {plan}
          <Days usage={usage} server={server} waiting={isPlaceholderData} onServer={onServer} />
          <Servers servers={usage.servers} onServer={onServer} />
        </div>
      )}
    </Page>
  );
}
