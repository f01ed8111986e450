import { Link } from '@tanstack/react-router';
import { buttonClass } from './Button';
import { Page } from './Page';

interface Props {
  title: string;
  /** What it is, and for whom. */
  children: string;
  role: string;
  org: string;
}

/** A page that is for members of other roles: what it is, who one is here, and the way on. */
export function NotForYou({ title, children, role, org }: Props) {
  return (
    <Page title={title}>
      <div className="grid max-w-prose justify-items-start gap-4">
        <p className="wrap-anywhere">
          {children} Your role in {org} is {role}: an owner or an admin can give you another.
        </p>
        <Link to="/organisation" className={buttonClass()}>
          See who they are
        </Link>
      </div>
    </Page>
  );
}
