import { useState } from 'react';
import type { ImportOperation } from '@/lib/imports';
import { count } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Chevron } from '@/ui/Code';
import { Field, Choice as Select } from '@/ui/Field';
import { found, type Group, type Grouping, grouped } from './operations';

/** Groups of a document with more operations than this begin closed. */
const FEW = 40;
/** Found operations that are shown. */
const SHOWN = 200;

interface Props {
  operations: ImportOperation[];
  chosen: string[];
  most: number;
  onChosen: (chosen: string[]) => void;
}

/** A document's operations, to search and choose from. */
export function OperationList({ operations, chosen, most, onChosen }: Props) {
  const [words, setWords] = useState('');
  const [by, setBy] = useState<Grouping>(operations.some(({ tag }) => tag) ? 'tag' : 'path');
  const all = found(operations, words);
  const searched = words.trim() !== '';
  const shown = searched ? all.slice(0, SHOWN) : all;
  const groups = grouped(shown, by);

  function toggle(id: string) {
    onChosen(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  }

  return (
    <section aria-label="Operations" className="grid gap-3">
      <div className="flex flex-wrap gap-2 [&>:first-child]:flex-1">
        <Field
          label="Search operations"
          bare
          type="search"
          placeholder="Search by method, path or words"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.preventDefault();
          }}
        />
        <Select
          label="Group by"
          bare
          value={by}
          options={[
            ['tag', 'Grouped by tag'],
            ['path', 'Grouped by path'],
          ]}
          onChange={({ target }) => setBy(target.value === 'tag' ? 'tag' : 'path')}
        />
      </div>
      <p role="status" className="text-xs text-muted tabular-nums">
        {searched ? `${count(all.length, 'operation')} found` : count(all.length, 'operation')}
        {all.length > shown.length && `, of which the first ${SHOWN} are shown: add a word`}
      </p>
      {all.length === 0 ? (
        <div className="grid justify-items-start gap-3">
          <p className="text-muted">No operation has all of these words.</p>
          <Button onClick={() => setWords('')}>Show every operation</Button>
        </div>
      ) : (
        <div className="divide-y divide-line rounded-md border border-line bg-surface">
          {groups.map((group) => (
            <Operations
              key={`${by} ${group.name} ${searched}`}
              group={group}
              begun={searched || operations.length <= FEW || groups.length === 1}
              chosen={chosen}
              full={chosen.length >= most}
              onToggle={toggle}
            />
          ))}
        </div>
      )}
    </section>
  );
}

interface GroupProps {
  group: Group;
  /** Whether it is open at first. */
  begun: boolean;
  chosen: string[];
  full: boolean;
  onToggle: (id: string) => void;
}

function Operations({ group: { name, operations }, begun, chosen, full, onToggle }: GroupProps) {
  const [open, setOpen] = useState(begun);
  const taken = operations.filter(({ id }) => chosen.includes(id)).length;
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="flex items-center gap-2 px-4 py-3 select-none">
        <Chevron />
        <span className="font-medium wrap-anywhere">{name}</span>
        <span className="text-xs text-muted tabular-nums">
          {operations.length}
          {taken > 0 && `, ${taken} chosen`}
        </span>
      </summary>
      {open && (
        <ul className="grid pb-2">
          {operations.map((operation) => (
            <Operation
              key={operation.id}
              operation={operation}
              checked={chosen.includes(operation.id)}
              full={full}
              onToggle={onToggle}
            />
          ))}
        </ul>
      )}
    </details>
  );
}

interface OperationProps {
  operation: ImportOperation;
  checked: boolean;
  full: boolean;
  onToggle: (id: string) => void;
}

function Operation({ operation, checked, full, onToggle }: OperationProps) {
  const { id, method, path, summary, deprecated, notImportable } = operation;
  const said = (
    <span className="grid min-w-0 gap-0.5">
      <code className="wrap-anywhere">
        <span className="text-muted">{method}</span> {path}
      </code>
      {(summary || deprecated) && (
        <span className="text-xs text-muted wrap-anywhere">
          {summary}
          {deprecated && <span className="text-decide">{summary && ' · '}deprecated</span>}
        </span>
      )}
      {notImportable && <span className="text-xs text-muted wrap-anywhere">Cannot be a tool: {notImportable}</span>}
    </span>
  );
  if (notImportable) {
    return (
      <li className="grid grid-cols-[1rem_1fr] gap-3 px-4 py-2 text-muted">
        <span aria-hidden="true">–</span>
        {said}
      </li>
    );
  }
  return (
    <li>
      <label className="grid grid-cols-[1rem_1fr] gap-3 px-4 py-2 hover:bg-sunken">
        <input
          type="checkbox"
          className="mt-0.5 size-4 accent-accent"
          checked={checked}
          disabled={full && !checked}
          onChange={() => onToggle(id)}
        />
        {said}
      </label>
    </li>
  );
}
