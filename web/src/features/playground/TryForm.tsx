import { type FormEvent, type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { Tool } from '@/lib/contract';
import { useKept } from '@/lib/kept';
import { Button } from '@/ui/Button';
import { Disclosed } from '@/ui/Code';
import { TextField } from '@/ui/Field';
import { ArgumentFields } from './ArgumentFields';
import { type Draft, draftOf, read } from './draft';
import { fieldsOf } from './fields';

interface Props {
  tool: Tool;
  /** Under which what is typed is kept. */
  keep: string;
  busy: boolean;
  onCall: (given: Record<string, unknown>) => void;
}

interface Input {
  asJson: boolean;
  draft: Draft;
  json: string;
}

const none = new Map<string, string>();

/** A tool's arguments: as fields where its schema allows that, or as JSON. */
export function TryForm({ tool, keep, busy, onCall }: Props) {
  const fields = useMemo(() => fieldsOf(tool.inputSchema), [tool.inputSchema]);
  const [input, setInput] = useKept<Input>(keep, { asJson: fields === null, draft: {}, json: '{}' });
  const [checked, setChecked] = useState(false);
  const [misfit, setMisfit] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const { asJson, draft, json } = input;
  const asFields = !asJson && fields !== null;
  const given = asFields ? read(fields, draft) : null;
  const parsed = asFields ? null : parse(json);

  function change(to: Partial<Input>) {
    setMisfit(null);
    setInput({ ...input, ...to });
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setChecked(true);
    if (given?.problems.size === 0) onCall(given.arguments);
    else if (parsed?.value) onCall(parsed.value);
    // Once they are marked, the first one to mend has the focus.
    else setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  }

  function toOther() {
    setChecked(false);
    if (given) return change({ asJson: true, json: JSON.stringify(given.arguments, null, 2) });
    const fitting = fields && parsed?.value && draftOf(fields, parsed.value);
    if (fitting) return change({ asJson: false, draft: fitting });
    setMisfit(parsed?.value ? 'The fields have no place for this JSON. Send it as it stands.' : 'Mend the JSON first.');
  }

  function onKeyDown(event: KeyboardEvent) {
    const { key, target, shiftKey, ctrlKey, metaKey, nativeEvent } = event;
    if (key !== 'Enter' || nativeEvent.isComposing) return;
    // A text of one line is sent like any field; a further line is asked for.
    const oneLine = target instanceof HTMLTextAreaElement && target.rows === 1 && !shiftKey;
    if (oneLine || ctrlKey || metaKey) submit(event);
  }

  return (
    <form ref={form} aria-label="Arguments" onSubmit={submit} onKeyDown={onKeyDown} noValidate className="grid gap-4">
      <div className="flex items-center justify-between gap-4">
        <h2 className="font-semibold">Arguments</h2>
        {fields !== null && (
          <Button look="quiet" className="-mr-3" onClick={toOther}>
            {asFields ? 'Write JSON' : 'Use the fields'}
          </Button>
        )}
      </div>
      {asFields && fields.length === 0 && <p className="text-muted">This tool takes no arguments.</p>}
      {asFields ? (
        <ArgumentFields
          fields={fields}
          draft={draft}
          problems={checked && given ? given.problems : none}
          onChange={(draft) => change({ draft })}
        />
      ) : (
        <TextField
          label="Arguments as JSON"
          bare
          mono
          rows={8}
          className="min-h-40"
          spellCheck={false}
          autoCapitalize="none"
          value={json}
          onChange={(event) => change({ json: event.target.value })}
          error={misfit ?? (checked ? parsed?.problem : null)}
          hint={fields === null ? 'This tool’s schema is more than a form can show, so its arguments are JSON.' : ''}
        />
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" busy={busy && 'Calling…'} className="min-w-0 max-w-full">
          <span className="truncate">Call {tool.name}</span>
        </Button>
        <span className="text-xs text-muted">
          Also by <kbd>Ctrl</kbd> or <kbd>⌘</kbd> and <kbd>Enter</kbd>. A real call, with the server’s secrets.
        </span>
      </div>
      <Disclosed
        summary="Schema"
        label={`Schema of ${tool.name}`}
        code={JSON.stringify(tool.inputSchema, null, 2)}
        numbered={false}
      />
    </form>
  );
}

function parse(json: string): { value: Record<string, unknown> | null; problem: string | null } {
  try {
    const value: unknown = JSON.parse(json.trim() || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { value: value as Record<string, unknown>, problem: null };
    }
    return { value: null, problem: 'Arguments are an object, in braces.' };
  } catch (error) {
    return { value: null, problem: `This is no JSON: ${error instanceof Error ? error.message : error}` };
  }
}
