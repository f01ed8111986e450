import { createFileRoute, useLocation } from '@tanstack/react-router';
import { useCallback } from 'react';
import { ReferencePage } from '@/features/reference/ReferencePage';

export const Route = createFileRoute('/_open/docs/api')({ component: Reference });

function Reference() {
  const at = useLocation({ select: ({ hash }) => hash });
  const navigate = Route.useNavigate();
  const open = useCallback(
    (id: string) => void navigate({ hash: id, replace: true, resetScroll: false, hashScrollIntoView: false }),
    [navigate],
  );
  return <ReferencePage at={at} onOpen={open} />;
}
