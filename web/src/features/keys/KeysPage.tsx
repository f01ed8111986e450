import { useQuery } from '@tanstack/react-query';
import type { Role } from '@/lib/contract';
import { manages } from '@/lib/organisation';
import { Button } from '@/ui/Button';
import { Problem } from '@/ui/Notice';
import { Page, Section } from '@/ui/Page';
import { Rows } from '@/ui/Row';
import { Segments } from '@/ui/Segments';
import { Skeleton } from '@/ui/Skeleton';
import { keysOptions } from './api';
import { KeyRow } from './KeyRow';
import { NewKey } from './NewKey';

interface Props {
  role: Role;
  /** May have keys that moderate the marketplace. */
  moderates: boolean;
  /** Whether the keys of all members are asked for. */
  all: boolean;
  onAll: (all: boolean) => void;
}

/** Keys for programs that act for a person. */
export function KeysPage({ role, moderates, all: asked, onAll }: Props) {
  const all = asked && manages(role);
  const { data: keys, error, refetch } = useQuery(keysOptions(all));
  const title = all ? 'Everyone’s keys' : 'Your keys';
  return (
    <Page
      title="API keys"
      lead="For programs that act as you in this organisation. People’s AI clients need none: they sign in."
    >
      <div className="grid max-w-3xl gap-10">
        <NewKey moderates={moderates} />
        <Section
          title={title}
          note={
            manages(role) && (
              <Segments
                label="Whose keys"
                options={[
                  ['own', 'Yours'],
                  ['all', 'Everyone’s'],
                ]}
                value={all ? 'all' : 'own'}
                onValue={(value) => onAll(value === 'all')}
              />
            )
          }
        >
          {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
          {!keys && !error && <Skeleton lines={3} />}
          {keys?.length === 0 && (
            <p className="text-muted">
              {all ? 'Nobody here has a key.' : 'You have no key. Make one, and send it as'}{' '}
              {!all && <code>Authorization: Bearer clo_…</code>}
            </p>
          )}
          {keys && keys.length > 0 && (
            <Rows label={title}>
              {keys.map((key) => (
                <KeyRow key={key.id} apiKey={key} />
              ))}
            </Rows>
          )}
        </Section>
      </div>
    </Page>
  );
}
