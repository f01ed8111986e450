/** Grey lines where text will be, once the wait is long enough to notice. */
export function Skeleton({ lines = 3, label = 'Loading' }: { lines?: number; label?: string }) {
  const widths = ['w-1/3', 'w-2/3', 'w-1/2'];
  return (
    <div role="status" aria-label={label} className="skeleton grid gap-3">
      {Array.from({ length: lines }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are alike and never move
        <div key={i} className={`pulse h-4 rounded-sm bg-line ${widths[i % widths.length]}`} />
      ))}
    </div>
  );
}
