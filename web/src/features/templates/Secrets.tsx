import type { RequiredSecret } from '@/lib/contract';
import { AboutSecret } from '@/ui/SecretFields';

/** What whoever forks has to bring, and how to get it. */
export function Secrets({ secrets }: { secrets: RequiredSecret[] }) {
  return (
    <ul className="divide-y divide-line rounded-md border border-line bg-surface">
      {secrets.map((secret) => (
        <li key={secret.key} className="grid gap-1 p-4">
          <code className="font-medium wrap-anywhere">{secret.key}</code>
          <AboutSecret secret={secret} />
        </li>
      ))}
    </ul>
  );
}
