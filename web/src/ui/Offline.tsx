import { useSyncExternalStore } from 'react';

function subscribe(onChange: () => void): () => void {
  addEventListener('online', onChange);
  addEventListener('offline', onChange);
  return () => {
    removeEventListener('online', onChange);
    removeEventListener('offline', onChange);
  };
}

/** Says that the browser has no network. What was written stays. */
export function Offline() {
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  if (online) return null;
  return (
    <p role="status" className="sticky top-0 z-10 border-line border-b bg-decide-wash px-4 py-2 text-center">
      You are offline. What you see may be old; your draft is kept. Builds under way go on without you.
    </p>
  );
}
