import { createFileRoute } from '@tanstack/react-router';
import { DocsPage } from '@/features/docs/DocsPage';

export const Route = createFileRoute('/_open/docs/$page')({ component: Docs });

function Docs() {
  const { page } = Route.useParams();
  return <DocsPage key={page} slug={page} />;
}
