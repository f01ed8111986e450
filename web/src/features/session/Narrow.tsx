import { type ReactNode, useEffect } from 'react';
import { Mark } from '@/ui/Bell';

/** A page with one thing to do, for who may not be signed in. */
export function Narrow({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Cloche`;
  }, [title]);
  return (
    <main className="mx-auto grid min-h-dvh max-w-[432px] content-center gap-6 px-4 py-8">
      <Mark className="size-8" />
      <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
      {children}
    </main>
  );
}
