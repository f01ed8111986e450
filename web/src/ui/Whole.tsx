/** Pages that stand alone, without the app's frame. */
import type { ReactNode } from 'react';
import { Button } from './Button';
import { NotFound } from './NotFound';
import { Problem } from './Notice';

function Whole({ children }: { children: ReactNode }) {
  return <main className="mx-auto max-w-[1120px] px-4 py-8 sm:px-8">{children}</main>;
}

export function NotFoundPage() {
  return (
    <Whole>
      <NotFound />
    </Whole>
  );
}

export function CrashedPage({ error }: { error: unknown }) {
  return (
    <Whole>
      <Problem
        error={error instanceof Error ? error : new Error(String(error))}
        action={<Button onClick={() => location.reload()}>Reload</Button>}
      />
    </Whole>
  );
}
