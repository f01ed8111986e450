import { useEffect, useId, useRef, useState } from 'react';
import type { Mark } from '@/lib/diagnostics';
import { TextField } from '../Field';
import type { Editor, mountEditor } from './editor';
import type { Language } from './languages';

interface Props {
  label: string;
  /** The label is read out but not drawn. */
  bare?: boolean;
  language: Language;
  value: string;
  onChange: (text: string) => void;
  onBlur?: () => void;
  /** What is wrong at which line, as long as the lines stand. */
  marks?: readonly Mark[] | undefined;
  hint?: string;
  /** What is wrong with the text as a whole. */
  error?: string | null | undefined;
}

const none: readonly Mark[] = [];
const leaving = 'Tab indents; Escape, then Tab, leaves.';

/** Once it is there, every further editor begins with it. */
let loaded: typeof mountEditor | null = null;

/** Code to change, with its lines numbered, its words coloured, and what is wrong at its lines. */
export function CodeEditor(props: Props) {
  const [mount, setMount] = useState(() => loaded);
  const [held, setHeld] = useState(false);

  useEffect(() => {
    let gone = false;
    // Where it cannot be loaded, what stands here meanwhile stays.
    import('./editor').then(
      (module) => {
        loaded = module.mountEditor;
        if (!gone) setMount(() => loaded);
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, []);

  // Who has begun to write is not moved.
  if (!mount || held) return <Plain {...props} onHeld={setHeld} />;
  return <Mounted {...props} mount={mount} />;
}

/** The same text in a field of the browser's own. */
function Plain({ label, bare, value, onChange, onBlur, marks = none, hint, error, onHeld }: PlainProps) {
  return (
    <>
      <TextField
        label={label}
        bare={bare}
        mono
        spellCheck={false}
        autoCapitalize="none"
        autoCorrect="off"
        className="max-h-[28rem] min-h-32 text-xs leading-5"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onFocus={() => onHeld(true)}
        onBlur={() => {
          onHeld(false);
          onBlur?.();
        }}
        hint={hint}
        error={error}
      />
      {marks.length > 0 && (
        <ul className="grid gap-1 text-xs text-broken wrap-anywhere">
          {marks.map((mark) => (
            <li key={`${mark.line} ${mark.message}`}>{words(mark)}</li>
          ))}
        </ul>
      )}
    </>
  );
}

interface PlainProps extends Props {
  onHeld: (held: boolean) => void;
}

function Mounted(props: Props & { mount: typeof mountEditor }) {
  const { mount, label, bare, language, value, marks = none, hint, error = null } = props;
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const now = useRef(props);
  const id = useId();

  useEffect(() => {
    now.current = props;
  });

  useEffect(() => {
    if (!box.current) return;
    const mounted = mount(box.current, {
      text: now.current.value,
      language,
      label,
      onText: (text) => text !== now.current.value && now.current.onChange(text),
      onBlur: () => now.current.onBlur?.(),
    });
    editor.current = mounted;
    return () => {
      editor.current = null;
      mounted.destroy();
    };
  }, [mount, language, label]);

  // The marks are of the lines as they came: what is written since moves them, and a text that was put in ends them.
  useEffect(() => editor.current?.setText(value), [value]);
  useEffect(() => editor.current?.setMarks(marks), [marks]);
  useEffect(() => {
    const said = [error, ...marks.map(words), hint, leaving].filter(Boolean).join(' ');
    editor.current?.describe(said, Boolean(error) || marks.length > 0);
  }, [marks, hint, error]);

  return (
    <div className="grid min-w-0 gap-1">
      {!bare && (
        <span id={id} aria-hidden="true" className="font-medium">
          {label}
        </span>
      )}
      <div
        ref={box}
        data-invalid={error ? '' : undefined}
        className={`min-w-0 rounded-md border bg-surface transition-colors duration-150 focus-within:outline-2 focus-within:outline-accent ${error ? 'border-broken' : 'border-edge/60'}`}
      />
      {error && <p className="text-xs text-broken wrap-anywhere">{error}</p>}
      <p className="text-xs text-muted">
        {hint && !error && `${hint} `}
        <span className="max-sm:hidden">{leaving}</span>
      </p>
    </div>
  );
}

function words({ line, message }: Mark): string {
  return `Line ${line}: ${message}`;
}
