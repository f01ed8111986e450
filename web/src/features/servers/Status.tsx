import type { ServerStatus } from '@/lib/contract';

const words: Record<ServerStatus, string> = {
  building: 'Building',
  live: 'Live',
  paused: 'Paused',
  failed: 'Failed',
  needs_approval: 'Waiting for approval',
};

const dots: Record<ServerStatus, string> = {
  building: 'border-2 border-accent pulse',
  live: 'bg-accent',
  paused: 'border-2 border-edge',
  failed: 'bg-broken',
  needs_approval: 'bg-decide',
};

export function Status({ status }: { status: ServerStatus }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span aria-hidden="true" className={`size-2 rounded-full ${dots[status]}`} />
      {words[status]}
    </span>
  );
}
