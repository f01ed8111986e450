import { useEffect, useState } from 'react';
import type { BuildEvent } from '@/lib/contract';
import { duration, spent } from '@/lib/words';
import { isFinal, type Link } from './follow';
import { type Progress, type Stage, stageNames, totalMs, track } from './track';

/** The stages as a track, with the time spent at each. */
export function BuildLine({ events, link }: { events: BuildEvent[]; link: Link }) {
  const last = events.at(-1);
  const running = !last || !isFinal(last.state);
  const repair = last?.repair;
  return (
    <section aria-label="Build progress" className="grid gap-4 rounded-md border border-line bg-surface p-4 sm:p-6">
      <div className="flex flex-wrap items-baseline justify-between gap-2">
        <p role="status" className="font-medium">
          {last ? stageNames[last.state] : 'Waiting for the build to begin'}
          {running && repair && (
            <span className="font-normal text-muted">
              {' '}
              · a model mends the code, try {repair.attempt} of {repair.of}
            </span>
          )}
          {running && link === 'reconnecting' && (
            <span className="font-normal text-decide"> · connection lost, trying again; the build goes on</span>
          )}
        </p>
        <Clock events={events} running={running && events.length > 0} />
      </div>
      <ol className="grid gap-3 sm:grid-cols-[repeat(6,1fr)_auto] sm:gap-0">
        {track(events).map((stage) => (
          <StageMark key={stage.state} {...stage} />
        ))}
      </ol>
    </section>
  );
}

const lines: Record<Progress, string> = {
  done: 'sm:before:bg-accent',
  now: 'sm:before:bg-line',
  failed: 'sm:before:bg-line',
  ahead: 'sm:before:bg-line',
};

function StageMark({ state, progress, spentMs }: Stage) {
  const words = { done: 'done', now: 'under way', failed: 'failed here', ahead: 'not reached' };
  return (
    <li
      aria-current={progress === 'now' ? 'step' : undefined}
      className={`relative flex items-center gap-3 sm:grid sm:gap-1 sm:pt-4 sm:before:absolute sm:before:top-[5px] sm:before:right-0 sm:before:left-0 sm:before:h-px sm:first:before:left-1.5 sm:last:before:hidden ${lines[progress]}`}
    >
      <Dot progress={progress} />
      <span
        className={`max-sm:flex-1 ${progress === 'ahead' ? 'text-muted' : ''} ${progress === 'failed' ? 'text-broken' : ''}`}
      >
        {stageNames[state]}
        <span className="sr-only">, {words[progress]}</span>
      </span>
      <span className="text-xs text-muted tabular-nums">
        {spentMs !== null && progress !== 'now' && state !== 'live' ? spent(spentMs) : '\u00a0'}
      </span>
    </li>
  );
}

const dots: Record<Progress, string> = {
  done: 'bg-accent border-accent',
  now: 'bg-surface border-accent pulse',
  failed: 'bg-broken border-broken',
  ahead: 'bg-surface border-line',
};

function Dot({ progress }: { progress: Progress }) {
  return (
    <span
      aria-hidden="true"
      className={`size-[11px] shrink-0 rounded-full border-2 sm:absolute sm:top-0 sm:left-0 ${dots[progress]}`}
    />
  );
}

function Clock({ events, running }: { events: BuildEvent[]; running: boolean }) {
  const known = totalMs(events);
  const [ticked, setTicked] = useState(0);

  // Counts on from each event by our own clock: the host's may stand elsewhere.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new event resets the count
  useEffect(() => {
    setTicked(0);
    if (!running) return;
    const begun = performance.now();
    const timer = setInterval(() => setTicked(performance.now() - begun), 100);
    return () => clearInterval(timer);
  }, [running, events.length]);

  return <p className="text-muted tabular-nums">{duration(known + ticked)}</p>;
}
