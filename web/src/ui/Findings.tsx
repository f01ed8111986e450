import type { TextFinding } from '@/lib/market';
import { Notice } from './Notice';

/** What a person should look at before they go on. Nothing where nothing was found. */
export function Findings({ findings, before }: { findings: readonly TextFinding[]; before: string }) {
  if (findings.length === 0) return null;
  return (
    <Notice tone="decide">
      <p className="font-medium">Look at these before you {before}</p>
      <ul className="mt-2 grid gap-2">
        {findings.map(({ pointer, excerpt, why }) => (
          <li key={`${pointer} ${why} ${excerpt}`} className="wrap-anywhere">
            <code>{pointer}</code> <q>{excerpt}</q>
            <p className="text-muted">{why}</p>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
