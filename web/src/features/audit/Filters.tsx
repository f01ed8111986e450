import { useQuery } from '@tanstack/react-query';
import type { AuditFilter } from '@/lib/audit';
import { membersOptions } from '@/lib/members';
import { calledBy } from '@/lib/organisation';
import { Button } from '@/ui/Button';
import { Choice, Field } from '@/ui/Field';
import { actions, resources } from './names';

interface Props {
  filter: AuditFilter;
  onFilter: (filter: AuditFilter) => void;
}

type Option = readonly [string, string];

const anyAction: Option[] = [
  ['', 'Any action'],
  ...Object.entries(actions).flatMap(([thing, done]) =>
    done.map((one): Option => [`${thing}.${one}`, `${thing}.${one}`]),
  ),
];

const anyType: Option[] = [['', 'Anything'], ...Object.entries(resources)];

/** Which entries are shown. All of it stands in the address. */
export function Filters({ filter, onFilter }: Props) {
  const { data: members } = useQuery(membersOptions);
  const anyone: Option[] = [
    ['', 'Anyone'],
    ...(members ?? []).map((member): Option => [member.id, calledBy(member)]),
    ['operator', 'The platform’s operator'],
    ['platform', 'The platform itself'],
  ];
  const set = (change: AuditFilter) => onFilter({ ...filter, ...change });
  const filtered = Object.values(filter).some(Boolean);
  return (
    <section aria-label="Which entries" className="grid gap-3">
      <div className="grid grid-cols-2 items-start gap-3 lg:grid-cols-5">
        <Choice
          label="Action"
          options={also(anyAction, filter.action)}
          value={filter.action ?? ''}
          onChange={(event) => set({ action: event.target.value || undefined })}
        />
        <Choice
          label="Done to"
          options={also(anyType, filter.resourceType)}
          value={filter.resourceType ?? ''}
          onChange={(event) => set({ resourceType: event.target.value || undefined, resourceId: undefined })}
        />
        <div className="max-lg:col-span-2">
          <Choice
            label="By"
            options={also(anyone, filter.actor)}
            value={filter.actor ?? ''}
            onChange={(event) => set({ actor: event.target.value || undefined })}
          />
        </div>
        <Field
          label="From day"
          type="date"
          max={filter.until}
          value={filter.since ?? ''}
          onChange={(event) => set({ since: event.target.value || undefined })}
        />
        <Field
          label="To day"
          type="date"
          min={filter.since}
          value={filter.until ?? ''}
          onChange={(event) => set({ until: event.target.value || undefined })}
        />
      </div>
      {filtered && (
        <div className="flex flex-wrap items-center gap-3">
          <Button onClick={() => onFilter({})}>Show everything</Button>
          {filter.resourceId && (
            <p className="text-muted wrap-anywhere">
              Only of <code>{filter.resourceId}</code>
            </p>
          )}
          <p className="text-xs text-muted">Days are in UTC.</p>
        </div>
      )}
    </section>
  );
}

/** The options, and what the address asks for besides them: someone who has left, an action that is new. */
function also(options: Option[], value: string | undefined): Option[] {
  return !value || options.some(([one]) => one === value) ? options : [...options, [value, value]];
}
