import type { DayUsed, Usage } from '@/lib/usage';
import { Fold } from '@/ui/Code';
import { Choice } from '@/ui/Field';
import { Section } from '@/ui/Page';
import { DayChart } from './DayChart';

interface Props {
  usage: Usage;
  server: string | undefined;
  /** What is shown is of another server still. */
  waiting: boolean;
  onServer: (server: string | undefined) => void;
}

/** Calls, builds and drafts of the last 30 days, drawn and as a table. */
export function Days({ usage: { days, servers }, server, waiting, onServer }: Props) {
  const options = [
    ['', 'All servers'] as const,
    ...servers.filter(({ name }) => name !== null).map((of) => [of.serverId, of.name ?? ''] as const),
  ];
  if (server && !options.some(([id]) => id === server)) options.push([server, server]);
  return (
    <Section title="The last 30 days">
      <div className="w-64 max-w-full">
        <Choice
          label="Server"
          options={options}
          value={server ?? ''}
          onChange={(event) => onServer(event.target.value || undefined)}
        />
      </div>
      <div aria-busy={waiting} className={`grid gap-4 lg:grid-cols-3 ${waiting ? 'opacity-50' : ''}`}>
        <DayChart title="Calls" unit="call" days={days} of={(day) => day.calls} />
        <DayChart title="Builds" unit="build" days={days} of={(day) => day.builds} />
        <DayChart title="Drafts" unit="draft" days={days} of={(day) => day.drafts} />
      </div>
      <Fold summary="The same as a table">
        <DayTable days={days} />
      </Fold>
    </Section>
  );
}

function DayTable({ days }: { days: DayUsed[] }) {
  return (
    <section
      aria-label="Use by day"
      tabIndex={0}
      className="max-h-96 overflow-auto rounded-md border border-line bg-surface"
    >
      <table className="w-full text-right tabular-nums">
        <thead className="text-muted">
          <tr>
            {['Day', 'Calls', 'Failed', 'Builds', 'Drafts'].map((head) => (
              <th key={head} scope="col" className="sticky top-0 bg-surface px-3 py-2 font-normal first:text-left">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {[...days].reverse().map((day) => (
            <tr key={day.day}>
              <th scope="row" className="px-3 py-1.5 text-left font-normal whitespace-nowrap">
                {day.day}
              </th>
              {[day.calls, day.errors, day.builds, day.drafts].map((n, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
                <td key={i} className={`px-3 py-1.5 ${n === 0 ? 'text-muted' : ''}`}>
                  {n.toLocaleString('en')}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
