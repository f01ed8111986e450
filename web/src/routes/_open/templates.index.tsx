import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { sessionOptions } from '@/features/session/api';
import { Marketplace } from '@/features/templates/Marketplace';
import { type Category, categories, type Tab, tabs } from '@/lib/market';

interface Search {
  tab?: Tab | undefined;
  category?: Category | undefined;
  q?: string | undefined;
}

export const Route = createFileRoute('/_open/templates/')({
  // What is left out here would stay as it came: each is named. The router has read «7» as a number.
  validateSearch: ({ tab, category, q }): Search => ({
    tab: tabs.find((one) => one === tab && one !== 'trending'),
    category: categories.find((one) => one === category),
    q: typeof q === 'string' || typeof q === 'number' ? String(q) : undefined,
  }),
  component: Templates,
});

function Templates() {
  const { tab = 'trending', category, q } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data: session } = useQuery(sessionOptions);
  return (
    <Marketplace
      wanted={{ tab, category, q }}
      signedIn={Boolean(session?.me)}
      onWanted={(change) =>
        void navigate({
          search: (before) => ({ ...before, ...change, ...(change.q === '' && { q: undefined }) }),
          replace: true,
        })
      }
    />
  );
}
