import { useState } from 'react';
import type { Mark } from '@/lib/diagnostics';
import { Chevron } from '@/ui/Code';
import { CodeEditor } from '@/ui/editor/CodeEditor';

interface Props {
  summary: string;
  label: string;
  code: string;
  marks: readonly Mark[] | undefined;
  onChange: (code: string) => void;
}

/** Code behind a line that opens it: by itself where something in it is wrong. */
export function CodeField({ summary, label, code, marks, onChange }: Props) {
  const [open, setOpen] = useState((marks?.length ?? 0) > 0);
  return (
    <details className="group min-w-0" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="flex w-fit items-center gap-1 rounded-sm text-muted select-none hover:text-ink">
        <Chevron />
        {summary}
      </summary>
      <div className="mt-2">
        {open && <CodeEditor bare label={label} language="rust" value={code} marks={marks} onChange={onChange} />}
      </div>
    </details>
  );
}
