import { type KeyboardEvent, useState } from 'react';
import { hostProblem } from '@/lib/capability';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';

interface Props {
  hosts: string[];
  problems: Map<string, string>;
  onChange: (hosts: string[]) => void;
}

/** The hosts that the server may reach, to take from and add to. */
export function Hosts({ hosts, problems, onChange }: Props) {
  const [added, setAdded] = useState('');
  const [problem, setProblem] = useState<string | null>(null);

  function add() {
    const host = added.trim();
    const wrong = hosts.includes(host) ? `${host} is allowed already.` : hostProblem(host);
    setProblem(wrong);
    if (wrong) return;
    onChange([...hosts, host]);
    setAdded('');
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    add();
  }

  return (
    <div className="grid gap-2">
      {hosts.length > 0 && (
        <ul className="divide-y divide-line rounded-md border border-line bg-surface">
          {hosts.map((host) => (
            <li key={host} className="flex items-center gap-2 py-1 pr-1 pl-4">
              <span className="grid min-w-0 flex-1">
                <code className="wrap-anywhere">{host}</code>
                {problems.has(`hosts/${host}`) && (
                  <span className="text-xs text-broken">{problems.get(`hosts/${host}`)}</span>
                )}
              </span>
              <Button
                look="quiet"
                aria-label={`Remove ${host}`}
                onClick={() => onChange(hosts.filter((other) => other !== host))}
              >
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className="flex items-start gap-2 [&>:first-child]:flex-1">
        <Field
          label="Allow a host"
          bare
          mono
          placeholder={hosts.length === 0 ? 'none yet; api.example.com' : 'api.example.com'}
          spellCheck={false}
          autoCapitalize="none"
          value={added}
          onChange={(event) => {
            setAdded(event.target.value);
            setProblem(null);
          }}
          onKeyDown={onKeyDown}
          error={problem}
        />
        <Button onClick={add} disabled={added.trim() === ''}>
          Allow host
        </Button>
      </div>
    </div>
  );
}
