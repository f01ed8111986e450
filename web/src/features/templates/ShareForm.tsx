import { type FormEvent, useState } from 'react';
import { ApiError, type Finding } from '@/lib/api';
import type { ServerDetail } from '@/lib/contract';
import { type Category, categories, type Listing } from '@/lib/market';
import { capital, count, labelOf } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Choice, Field } from '@/ui/Field';
import { Notice, Problem } from '@/ui/Notice';
import type { Publishing } from './api';
import { fieldOf, placeOf } from './place';

interface Props {
  server: ServerDetail;
  before: Listing;
  /** What the button says. */
  verb: string;
  publish: Publishing;
}

/** What is said of a template, and the one click that makes it public. */
export function ShareForm({ server, before, verb, publish }: Props) {
  const [listing, setListing] = useState(before);
  /** The digests of what looks like a secret and is none. */
  const [notSecrets, setNotSecrets] = useState<readonly string[]>([]);
  const refusal = publish.error instanceof ApiError ? publish.error : null;
  const fields = new Set(['title', 'category', 'shortDescription']);
  const wrong = new Map(
    [...(refusal?.problems ?? []), ...(refusal?.findings ?? [])].map((one) => [
      fieldOf(one.pointer),
      capital('why' in one ? one.why : one.message),
    ]),
  );
  const elsewhere = refusal?.findings.filter(({ pointer }) => !fields.has(fieldOf(pointer) ?? '')) ?? [];
  const atFields = [...wrong.keys()].every((field) => field !== null && fields.has(field)) && wrong.size > 0;

  function set(change: Partial<Listing>) {
    setListing((listing) => ({ ...listing, ...change }));
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const keys = new Set(server.requiredSecrets.map(({ key }) => key));
    const secretHints = listing.secretHints?.filter(({ key }) => keys.has(key));
    publish.mutate({
      ...listing,
      title: listing.title.trim(),
      shortDescription: listing.shortDescription.trim(),
      ...(secretHints && { secretHints }),
      ...(notSecrets.length > 0 && { notSecrets }),
    });
  }

  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <div className="grid items-start gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <Field
          label="Title"
          maxLength={60}
          value={listing.title}
          onChange={(event) => set({ title: event.target.value })}
          error={wrong.get('title')}
        />
        <Choice
          label="Category"
          options={categories.map((category) => [category, labelOf(category)])}
          value={listing.category}
          onChange={(event) => set({ category: event.target.value as Category })}
          error={wrong.get('category')}
        />
      </div>
      <Field
        label="Short description"
        maxLength={160}
        value={listing.shortDescription}
        onChange={(event) => set({ shortDescription: event.target.value })}
        error={wrong.get('shortDescription')}
        hint="One line, for the list of templates."
      />
      {elsewhere.length > 0 && (
        <Blocked findings={elsewhere} server={server} notSecrets={notSecrets} onNotSecrets={setNotSecrets} />
      )}
      {publish.error && elsewhere.length === 0 && !atFields && <Problem error={publish.error} />}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button type="submit" look="primary" className="whitespace-normal" busy={publish.isPending && 'Publishing…'}>
          {verb}
        </Button>
        <p className="min-w-0 flex-1 basis-64 text-xs text-muted">
          Anyone may then read the code and make a server from it. You can stop showing it later; servers made from it
          go on.
        </p>
      </div>
    </form>
  );
}

interface BlockedProps {
  findings: Finding[];
  server: ServerDetail;
  notSecrets: readonly string[];
  onNotSecrets: (digests: readonly string[]) => void;
}

/** What cannot be public, with its place. What only looks like a secret may be said to be none. */
function Blocked({ findings, server, notSecrets, onNotSecrets }: BlockedProps) {
  const left = findings.filter(({ digest }) => !digest || !notSecrets.includes(digest));
  return (
    <Notice tone="broken">
      <p className="font-medium">
        Not published: {count(findings.length, 'place')} in version {server.activeVersion} cannot be public
      </p>
      <ul className="mt-2 grid gap-3">
        {findings.map((finding) => {
          const { digest } = finding;
          return (
            <li key={JSON.stringify(finding)} className="grid gap-0.5 wrap-anywhere">
              <p>
                {placeOf(finding, server)}: <code>{finding.excerpt}</code>
              </p>
              <p className="text-muted">{capital(finding.why)}.</p>
              {digest && (
                <label className="flex items-center gap-2">
                  <input
                    type="checkbox"
                    className="size-4 accent-accent"
                    checked={notSecrets.includes(digest)}
                    onChange={({ target }) =>
                      onNotSecrets(
                        target.checked ? [...notSecrets, digest] : notSecrets.filter((known) => known !== digest),
                      )
                    }
                  />
                  This is no secret: it may be public
                </label>
              )}
            </li>
          );
        })}
      </ul>
      <p className="mt-3">
        {left.length > 0
          ? `Build a version without ${left.length === 1 ? 'it' : 'them'}, then publish again.`
          : 'Publish again. The audit log keeps that you have said so.'}
      </p>
    </Notice>
  );
}
