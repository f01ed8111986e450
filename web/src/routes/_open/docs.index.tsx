import { createFileRoute } from '@tanstack/react-router';
import { DocsPage } from '@/features/docs/DocsPage';

export const Route = createFileRoute('/_open/docs/')({ component: () => <DocsPage slug={undefined} /> });
