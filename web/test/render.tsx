import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { newQueryClient } from '@/lib/queryClient';
import { newRouter } from '@/router';

/** The whole app at an address, as a person meets it. */
export function openApp(path: string) {
  const router = newRouter(createMemoryHistory({ initialEntries: [path] }));
  const client = newQueryClient();
  const user = userEvent.setup();
  const { unmount } = render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { router, client, user, unmount };
}
