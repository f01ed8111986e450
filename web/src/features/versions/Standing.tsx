import type { Version } from '@/lib/server';

type Tone = 'good' | 'quiet' | 'decide' | 'broken' | 'under-way';

const dots: Record<Tone, string> = {
  good: 'bg-accent',
  quiet: 'border-2 border-edge',
  decide: 'bg-decide',
  broken: 'bg-broken',
  'under-way': 'border-2 border-accent pulse',
};

/** How a version stands: whether it answers, could, waits, or never will. */
export function standing({ active, review, state }: Version): [Tone, string] {
  if (active) return ['good', 'Answers'];
  if (state === 'failed') return ['broken', 'Failed to build'];
  if (review === 'waiting') return ['decide', 'Waits for approval'];
  if (review === 'refused') return ['broken', 'Refused'];
  return state === 'live' || review !== null ? ['quiet', 'Stands by'] : ['under-way', 'Building'];
}

export function Standing({ version }: { version: Version }) {
  const [tone, words] = standing(version);
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span aria-hidden="true" className={`size-2 rounded-full ${dots[tone]}`} />
      {words}
    </span>
  );
}
