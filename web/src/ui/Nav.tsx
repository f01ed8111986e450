import type { ReactNode } from 'react';

/** Parts of one page, each at its own address: links in it are `tabClass`. */
export function TabNav({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className="-mx-4 flex overflow-x-auto border-line border-b px-2 sm:mx-0 sm:px-0">
      {children}
    </nav>
  );
}

export const tabClass =
  '-mb-px shrink-0 rounded-t-sm border-transparent border-b-2 px-3 py-2.5 text-muted -outline-offset-2 transition-colors duration-150 hover:text-ink data-[status=active]:border-accent data-[status=active]:text-ink';
