import { createRootRoute, Outlet } from '@tanstack/react-router';
import { Offline } from '@/ui/Offline';

export const Route = createRootRoute({ component: Root });

function Root() {
  return (
    <>
      <Offline />
      <Outlet />
    </>
  );
}
