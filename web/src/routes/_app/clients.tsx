import { createFileRoute } from '@tanstack/react-router';
import { ClientsPage } from '@/features/access/ClientsPage';
import { useMe } from '@/features/session/api';

export const Route = createFileRoute('/_app/clients')({ component: Clients });

function Clients() {
  const { role } = useMe();
  return <ClientsPage role={role} />;
}
