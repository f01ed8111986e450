import { useEffect, useState } from 'react';
import { Button } from './Button';

type Outcome = 'idle' | 'copied' | 'refused';

const words: Record<Outcome, string> = { idle: 'Copy', copied: 'Copied', refused: 'Select and copy' };

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [outcome, setOutcome] = useState<Outcome>('idle');

  useEffect(() => {
    if (outcome === 'idle') return;
    const timer = setTimeout(() => setOutcome('idle'), 2000);
    return () => clearTimeout(timer);
  }, [outcome]);

  async function copy() {
    try {
      // Absent on plain-http addresses other than localhost.
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      setOutcome('refused');
    }
  }

  return (
    <Button onClick={copy} aria-label={`Copy ${what}`}>
      <span aria-live="polite">{words[outcome]}</span>
    </Button>
  );
}

/** A server's address, whole and ready to copy. */
export function UrlBar({ url }: { url: string }) {
  return (
    <div className="flex items-center gap-2 rounded-md border border-line bg-surface p-2 pl-4">
      <code className="min-w-0 flex-1 select-all wrap-anywhere">{url}</code>
      <CopyButton text={url} what="the server’s URL" />
    </div>
  );
}
