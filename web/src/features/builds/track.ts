import type { BuildEvent, BuildState } from '@/lib/contract';

const stages: BuildState[] = ['queued', 'generating', 'compiling', 'inspecting', 'testing', 'deploying', 'live'];

export const stageNames: Record<BuildState, string> = {
  queued: 'Queued',
  generating: 'Generating',
  compiling: 'Compiling',
  inspecting: 'Inspecting',
  testing: 'Testing',
  deploying: 'Deploying',
  live: 'Live',
  needs_approval: 'Waiting for approval',
  failed: 'Failed',
};

export type Progress = 'done' | 'now' | 'failed' | 'ahead';

export interface Stage {
  state: BuildState;
  progress: Progress;
  /** Time spent there, over all attempts; null before it was reached. */
  spentMs: number | null;
}

/** How far the build is, stage by stage. A repair goes back to an earlier stage; its times add up. */
export function track(events: BuildEvent[]): Stage[] {
  const spent = new Map<BuildState, number>();
  events.forEach((event, i) => {
    const until = events[i + 1]?.at ?? event.at;
    spent.set(event.state, (spent.get(event.state) ?? 0) + Date.parse(until) - Date.parse(event.at));
  });
  const last = events.at(-1)?.state;
  const failed = last === 'failed';
  const reached = failed ? events.findLast(({ state }) => state !== 'failed')?.state : last;
  const at = reached ? stages.indexOf(reached === 'needs_approval' ? 'live' : reached) : -1;
  return stages.map((state, i) => ({ state, progress: progress(i, at, last), spentMs: spent.get(state) ?? null }));
}

function progress(i: number, at: number, last: BuildState | undefined): Progress {
  if (i < at || (i === at && last === 'live')) return 'done';
  if (i > at) return 'ahead';
  return last === 'failed' ? 'failed' : 'now';
}

/** From the request to the last event. */
export function totalMs(events: BuildEvent[]): number {
  return events.at(-1)?.elapsedMs ?? 0;
}
