import type { Server, ServerStatus } from '@/lib/contract';

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

export function Status({ server: { status, takenDown } }: { server: Pick<Server, 'status' | 'takenDown'> }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span aria-hidden="true" className={`size-2 rounded-full ${dots[takenDown ? 'failed' : status]}`} />
      {takenDown ? 'Taken down' : words[status]}
    </span>
  );
}
