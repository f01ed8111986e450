import { useEffect, useState } from 'react';
import type { BuildEvent, Diagnostic, ServerSpec } from '@/lib/contract';
import { diagnosticsOf } from '@/lib/diagnostics';
import { count } from '@/lib/words';
import { Chevron, Code } from '@/ui/Code';
import { Mended } from './Mended';
import { stageNames } from './track';

interface Props {
  events: BuildEvent[];
  /** What was built, if known, to show the author's lines in. */
  source: ServerSpec | null;
}

/** What the build said. Opens by itself when the build fails. */
export function BuildLog({ events, source }: Props) {
  const begun = Date.parse(events[0]?.at ?? '');
  const failed = events.at(-1)?.state === 'failed';
  const [open, setOpen] = useState(failed);
  const diagnostics = diagnosticsOf(events);

  useEffect(() => {
    if (failed) setOpen(true);
  }, [failed]);

  return (
    <details
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="rounded-md border border-line bg-surface"
    >
      <summary className="flex items-center gap-1 px-4 py-3 font-medium select-none">
        <Chevron />
        Log <span className="font-normal text-muted">· {count(events.length, 'line')}</span>
      </summary>
      <div className="grid gap-4 border-line border-t p-4">
        {diagnostics.length > 0 && (
          <ul className="grid gap-4">
            {diagnostics.map((diagnostic) => (
              <li key={JSON.stringify(diagnostic)}>
                <Complaint {...diagnostic} source={source} />
              </li>
            ))}
          </ul>
        )}
        <ol className="grid gap-1 text-xs">
          {events.map(({ seq, at, state, message, repair }) => (
            <li key={seq} className="grid grid-cols-[4.5rem_1fr] gap-x-2 font-mono sm:grid-cols-[4.5rem_6rem_1fr]">
              <time dateTime={at} title={at} className="text-muted tabular-nums">
                {((Date.parse(at) - begun) / 1000).toFixed(3)} s
              </time>
              <span className={state === 'failed' ? 'text-broken' : 'text-muted'}>
                {stageNames[state].toLowerCase()}
              </span>
              <span className="wrap-anywhere whitespace-pre-wrap max-sm:col-span-2">{message}</span>
              {repair?.changed?.map((lines) => (
                <Mended key={`${lines.tool} ${lines.line}`} {...lines} />
              ))}
            </li>
          ))}
        </ol>
      </div>
    </details>
  );
}

function Complaint({ source, ...diagnostic }: Diagnostic & { source: ServerSpec | null }) {
  const { tool, line, column, endLine, message, hint, code, text } = diagnostic;
  const where = tool ?? (line > 0 ? 'shared code' : 'generated code');
  const body = tool ? source?.tools.find(({ name }) => name === tool)?.implementation : source?.helpers;
  const excerpt = body ? around(body, line, endLine ?? line) : null;
  return (
    <div className="grid gap-2">
      <p className="wrap-anywhere">
        <code className="text-broken">{line > 0 ? `${where}:${line}:${column}` : where}</code> <Ticked text={message} />{' '}
        {code && <code className="text-muted">{code}</code>}
      </p>
      {excerpt ? (
        <Code label={`${where}, around line ${line}`} {...excerpt} />
      ) : (
        text && <Code label={`${where}, line ${line}`} code={text} first={line} marked={[line]} />
      )}
      {hint && (
        <p className="text-muted">
          <Ticked text={hint} />
        </p>
      )}
    </div>
  );
}

/** A compiler's text, with what it puts between backticks as code. */
function Ticked({ text }: { text: string }) {
  return text.split(/`([^`\n]+)`/).map((part, i) =>
    i % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
      <code key={i}>{part}</code>
    ) : (
      part
    ),
  );
}

const CONTEXT = 3;

function around(body: string, from: number, to: number) {
  const lines = body.split('\n');
  if (from < 1 || from > lines.length) return null;
  const first = Math.max(1, from - CONTEXT);
  const marked = Array.from({ length: Math.max(1, to - from + 1) }, (_, i) => from + i);
  return { code: lines.slice(first - 1, to + CONTEXT).join('\n'), first, marked };
}
