import { useLocation } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Me } from '@/lib/contract';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { useSignOut } from './api';

interface Props {
  me: Me;
  /** Where else one can go; shown once the menu is opened. */
  children?: ReactNode;
}

/** Who is signed in, and a menu that leads elsewhere and out. */
export function Account({ me, children }: Props) {
  const name = me.user.name || me.user.email;
  const pathname = useLocation({ select: (location) => location.pathname });
  return (
    <>
      <button
        type="button"
        popoverTarget="account"
        className="flex min-w-0 items-center gap-2 rounded-md p-1 text-left hover:bg-sunken md:w-full md:p-2"
      >
        <span
          aria-hidden="true"
          className="grid size-7 shrink-0 place-items-center rounded-full border border-line bg-surface text-xs font-medium uppercase"
        >
          {name.slice(0, 1)}
        </span>
        <span className="grid min-w-0 max-md:sr-only">
          <span className="truncate">
            <span className="sr-only">Account of </span>
            {name}
          </span>
          <span className="truncate text-xs text-muted">{me.org.name}</span>
        </span>
      </button>
      {/* Wherever it leads, it is closed there. */}
      <Menu key={`${pathname} ${me.org.id}`} me={me}>
        {children}
      </Menu>
    </>
  );
}

function Menu({ me, children }: Props) {
  const signOut = useSignOut();
  const [open, setOpen] = useState(false);
  return (
    <div
      id="account"
      popover="auto"
      onBeforeToggle={(event) => setOpen(event.newState === 'open')}
      className="fixed inset-auto top-14 right-2 max-h-[calc(100dvh-5rem)] w-64 overflow-y-auto rounded-md border border-line bg-surface p-4 text-ink shadow-xl md:top-auto md:right-auto md:bottom-20 md:left-3"
    >
      <div className="grid gap-3">
        <div>
          <p className="font-medium wrap-anywhere">{me.user.email}</p>
          <p className="text-muted">
            {me.role} of {me.org.name} · {me.org.plan}
          </p>
        </div>
        {open && children}
        {signOut.error && <Problem error={signOut.error} />}
        <Button onClick={() => signOut.mutate()} busy={signOut.isPending && 'Signing out…'}>
          Sign out
        </Button>
      </div>
    </div>
  );
}
