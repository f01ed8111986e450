import '@/styles.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { newQueryClient } from '@/lib/queryClient';
import { newRouter } from '@/router';

// A newer version has replaced the files that this page was built with: its next page needs the new ones.
addEventListener('vite:preloadError', () => {
  if (navigator.onLine) location.reload();
});

const root = document.getElementById('root');
if (root) {
  const router = newRouter();
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={newQueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
