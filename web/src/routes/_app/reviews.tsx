import { createFileRoute, Link } from '@tanstack/react-router';
import { ReviewsPage } from '@/features/reviews/ReviewsPage';
import { useMe } from '@/features/session/api';
import { decides } from '@/lib/organisation';
import { buttonClass } from '@/ui/Button';
import { NotForYou } from '@/ui/NotForYou';

export const Route = createFileRoute('/_app/reviews')({ component: Reviews });

function Reviews() {
  const { role, org } = useMe();
  if (!decides(role)) {
    return (
      <NotForYou title="To approve" role={role} org={org.name}>
        Owners and reviewers decide whether versions that ask for more may answer.
      </NotForYou>
    );
  }
  return (
    <ReviewsPage
      link={({ server, version }) => (
        <Link
          to={versionPath(server.id, version.n)}
          aria-label={`Read and decide: version ${version.n} of ${server.name}`}
          className={buttonClass('primary')}
        >
          Read and decide
        </Link>
      )}
    />
  );
}

function versionPath(serverId: string, n: number): string {
  return `/servers/${encodeURIComponent(serverId)}/versions/${n}`;
}
