import { Button } from '@/ui/Button';
import type { Pasted } from './pasted';

/** What looks like a secret in the description, and the way to each. Nothing was sent to a model. */
export function PastedSecrets({ pasted, onShow }: { pasted: Pasted[]; onShow: (one: Pasted) => void }) {
  return (
    <section aria-label="Secrets in the description" role="alert" className="grid gap-2">
      <ul className="divide-y divide-line rounded-md border border-broken/30 bg-broken-wash">
        {pasted.map((one) => (
          <li key={one.start} className="flex flex-wrap items-center justify-between gap-x-4 py-1 pr-1 pl-4">
            <span className="wrap-anywhere">
              {one.kind} <code>{one.hint}</code>, line {one.line}
            </span>
            <Button look="quiet" aria-label={`Show the ${one.kind} in line ${one.line}`} onClick={() => onShow(one)}>
              Show
            </Button>
          </li>
        ))}
      </ul>
      <p className="text-xs text-muted">
        It went to this Cloche and no further: no model was asked. <code>secret_in_prompt</code>
      </p>
    </section>
  );
}
