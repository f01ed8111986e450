/** A link that filters a list. */
export function pillClass(chosen: boolean): string {
  return `rounded-full border px-3 py-1 text-xs ${chosen ? 'border-edge bg-surface font-medium text-ink' : 'border-line text-muted hover:border-edge hover:text-ink'}`;
}
