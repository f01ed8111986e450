import { useState } from 'react';
import { Button, buttonClass } from '@/ui/Button';
import { Choice } from '@/ui/Field';
import type { Filter } from './api';
import { CallList } from './CallList';
import { LogList } from './LogList';
import { outcomes } from './outcomes';

export type View = 'calls' | 'logs';

interface Props {
  serverId: string;
  /** The names of its tools as it answers now. */
  tools: string[];
  filter: Filter;
  view: View;
  /** The filter and the view are part of the address. */
  onLook: (change: Partial<Filter & { view: View }>) => void;
}

/** A server's calls, or what they wrote, newest first, kept new while one looks. */
export function Calls({ serverId, tools, filter, view, onLook }: Props) {
  const [live, setLive] = useState(true);
  const list = { serverId, filter, live, onClear: () => onLook({ tool: '', outcome: '' }) };
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-end gap-3">
        <Choice
          label="Tool"
          value={filter.tool}
          options={[['', 'All tools'], ...withGone(tools, filter.tool)]}
          onChange={(event) => onLook({ tool: event.target.value })}
        />
        <Choice
          label="Outcome"
          value={filter.outcome}
          options={[['', 'All outcomes'], ...outcomes]}
          onChange={(event) => onLook({ outcome: event.target.value })}
        />
        <fieldset className="flex">
          <legend className="sr-only">Show</legend>
          <Switch on={view === 'calls'} className="rounded-r-none" onClick={() => onLook({ view: 'calls' })}>
            Calls
          </Switch>
          <Switch on={view === 'logs'} className="-ml-px rounded-l-none" onClick={() => onLook({ view: 'logs' })}>
            Logs
          </Switch>
        </fieldset>
        <Button className="ml-auto" aria-pressed={live} onClick={() => setLive(!live)}>
          <span
            aria-hidden="true"
            className={`size-2 rounded-full ${live ? 'pulse bg-accent' : 'border-2 border-edge'}`}
          />
          Live
        </Button>
      </div>
      {view === 'calls' ? <CallList {...list} /> : <LogList {...list} />}
    </div>
  );
}

/** A tool of an older version may be asked for by the address. */
function withGone(tools: string[], asked: string): [string, string][] {
  const all = asked && !tools.includes(asked) ? [...tools, asked] : tools;
  return all.map((tool) => [tool, tool]);
}

interface SwitchProps {
  on: boolean;
  className: string;
  onClick: () => void;
  children: string;
}

function Switch({ on, className, onClick, children }: SwitchProps) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onClick}
      className={`${buttonClass()} ${on ? 'bg-sunken' : 'text-muted'} ${className}`}
    >
      {children}
    </button>
  );
}
