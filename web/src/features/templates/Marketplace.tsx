import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { categories, type Tab, tabs } from '@/lib/market';
import { labelOf } from '@/lib/words';
import { Bell } from '@/ui/Bell';
import { Button, buttonClass } from '@/ui/Button';
import { Choice } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { Page } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { templatesOptions, type Wanted } from './api';
import { SearchField } from './SearchField';
import { TemplateCard } from './TemplateCard';

interface Props {
  wanted: Wanted;
  signedIn: boolean;
  onWanted: (change: Partial<Wanted>) => void;
}

/** Everything that others have shared, to look through. */
export function Marketplace({ wanted, signedIn, onWanted }: Props) {
  const { tab, category, q } = wanted;
  const mine = tab === 'mine';
  // Without a session there is nothing of one's own to ask for.
  const closed = mine && !signedIn;
  const list = useInfiniteQuery({ ...templatesOptions(mine ? { tab } : { tab, category, q }), enabled: !closed });
  const templates = closed ? undefined : list.data?.pages.flatMap((page) => page.templates);

  return (
    <Page
      title="Templates"
      lead="Servers that others have built and shared with their code. Fork one, and it is yours: with your own secrets, at your own URL."
    >
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
        <Tabs wanted={wanted} signedIn={signedIn} />
        {!mine && (
          <div className="flex flex-1 flex-wrap justify-end gap-2 max-sm:basis-full [&>*]:flex-1 sm:[&>*]:max-w-64">
            <SearchField q={q ?? ''} onSearch={(q) => onWanted({ q })} />
            <Choice
              label="Category"
              bare
              value={category ?? ''}
              options={[['', 'Every category'], ...categories.map((one) => [one, labelOf(one)] as const)]}
              onChange={({ target }) => onWanted({ category: categories.find((one) => one === target.value) })}
            />
          </div>
        )}
      </div>
      {!closed && list.error && (
        <Problem error={list.error} action={<Button onClick={() => list.refetch()}>Try again</Button>} />
      )}
      {closed && <SignInForYours />}
      {!closed && !templates && !list.error && <Skeleton lines={6} />}
      {templates?.length === 0 &&
        (mine || !(q || category) ? (
          <Empty mine={mine} signedIn={signedIn} />
        ) : (
          <NothingFound onClear={() => onWanted({ q: undefined, category: undefined })} />
        ))}
      {templates && templates.length > 0 && (
        <ul
          aria-label="Templates"
          className={`grid gap-4 sm:grid-cols-2 lg:grid-cols-3 ${list.isPlaceholderData ? 'opacity-60' : ''}`}
        >
          {templates.map((template) => (
            <TemplateCard key={template.id} template={template} />
          ))}
        </ul>
      )}
      {templates && list.hasNextPage && (
        <Button
          className="justify-self-start"
          busy={list.isFetchingNextPage && 'Loading…'}
          onClick={() => list.fetchNextPage()}
        >
          More
        </Button>
      )}
    </Page>
  );
}

const names: Record<Tab, string> = { trending: 'Trending', top: 'Top', newest: 'Newest', mine: 'Yours' };

const tabClass =
  'rounded-md px-2 py-1.5 text-muted hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:font-medium aria-[current=page]:text-ink';

const yours = '/templates?tab=mine';

function Tabs({ wanted: { tab, category, q }, signedIn }: { wanted: Wanted; signedIn: boolean }) {
  return (
    <nav aria-label="Order" className="flex gap-1">
      {tabs.map((one) =>
        one === 'mine' && !signedIn && tab !== 'mine' ? (
          <Link key={one} to="/sign-in" search={{ next: yours }} className={tabClass}>
            {names[one]}
          </Link>
        ) : (
          <Link
            key={one}
            to="/templates"
            search={{ tab: one === 'trending' ? undefined : one, category, q }}
            replace
            activeOptions={{ exact: true }}
            className={tabClass}
          >
            {names[one]}
          </Link>
        ),
      )}
    </nav>
  );
}

function SignInForYours() {
  return (
    <div className="grid justify-items-start gap-3">
      <p className="text-muted">What your organisation has shared is shown to its members.</p>
      <Link to="/sign-in" search={{ next: yours }} className={buttonClass('primary')}>
        Sign in to see yours
      </Link>
    </div>
  );
}

function Empty({ mine, signedIn }: { mine: boolean; signedIn: boolean }) {
  return (
    <div className="grid justify-items-center gap-4 rounded-md border border-line border-dashed px-4 py-16 text-center">
      <Bell hosts={0} className="w-24 text-edge" />
      <div className="grid gap-1">
        <p className="font-medium">{mine ? 'You have shared nothing yet' : 'No templates yet'}</p>
        <p className="max-w-[44ch] text-muted">
          A template is a server’s code, shared by its owner. A server of yours can become one on its own page, once it
          is live.
        </p>
      </div>
      {signedIn && (
        <Link to="/servers" className={buttonClass()}>
          Go to your servers
        </Link>
      )}
    </div>
  );
}

function NothingFound({ onClear }: { onClear: () => void }) {
  return (
    <div className="grid justify-items-start gap-3">
      <p className="text-muted">No template has all of these words in this category.</p>
      <Button onClick={onClear}>Show every template</Button>
    </div>
  );
}
