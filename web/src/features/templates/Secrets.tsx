import type { RequiredSecret } from '@/lib/contract';
import { webAddress } from '@/lib/words';

/** What whoever forks has to bring, and how to get it. */
export function Secrets({ secrets }: { secrets: RequiredSecret[] }) {
  return (
    <ul className="divide-y divide-line rounded-md border border-line bg-surface">
      {secrets.map(({ key, description, hosts, howToGetUrl }) => {
        const address = webAddress(howToGetUrl);
        return (
          <li key={key} className="grid gap-1 p-4">
            <code className="font-medium wrap-anywhere">{key}</code>
            <p className="text-muted whitespace-pre-line wrap-anywhere">
              {description && `${description} `}
              Sent only to <code>{hosts.join(', ')}</code>.
              {address && (
                <>
                  {' '}
                  <a
                    href={address}
                    target="_blank"
                    rel="noopener noreferrer"
                    className="text-link underline underline-offset-2"
                  >
                    How to get it
                  </a>{' '}
                  ({new URL(address).host})
                </>
              )}
            </p>
          </li>
        );
      })}
    </ul>
  );
}
