import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { Bell } from './Bell';
import { buttonClass } from './Button';

interface Props {
  what?: string;
  /** Where to go on, for those who may have no servers. */
  action?: ReactNode;
}

/** Nothing is here, or nothing for you: the two are not told apart. */
export function NotFound({ what = 'page', action }: Props) {
  useEffect(() => {
    document.title = 'Not found · Cloche';
  }, []);
  return (
    <div className="grid max-w-prose justify-items-start gap-4 py-8">
      <Bell hosts={0} className="w-20 text-muted" />
      <h1 className="text-xl font-semibold tracking-tight">There is no such {what}</h1>
      <p className="text-muted">It may have been deleted, or belong to another organisation.</p>
      {action ?? (
        <Link to="/servers" className={buttonClass()}>
          Go to your servers
        </Link>
      )}
    </div>
  );
}
