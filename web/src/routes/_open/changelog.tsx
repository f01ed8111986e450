import { createFileRoute } from '@tanstack/react-router';
import { ChangelogPage } from '@/features/docs/ChangelogPage';

export const Route = createFileRoute('/_open/changelog')({ component: ChangelogPage });
