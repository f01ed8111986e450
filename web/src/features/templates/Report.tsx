import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { type Concern, concerns } from '@/lib/market';
import { labelOf } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Fold } from '@/ui/Code';
import { Choice, TextField } from '@/ui/Field';
import { Notice, Problem } from '@/ui/Notice';
import { useReport } from './api';

/** Tells the platform's admins that something is wrong with a template. */
export function Report({ slug, signedIn }: { slug: string; signedIn: boolean }) {
  return (
    <Fold summary="Report this template">
      {signedIn ? (
        <ReportForm slug={slug} />
      ) : (
        <Link to="/sign-in" search={{ next: `/templates/${slug}` }} className="text-link underline underline-offset-2">
          Sign in to report it
        </Link>
      )}
    </Fold>
  );
}

function ReportForm({ slug }: { slug: string }) {
  const [concern, setConcern] = useState<Concern>('malicious');
  const [text, setText] = useState('');
  const report = useReport(slug);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (text.trim() !== '') report.mutate({ concern, text: text.trim() });
  }

  if (report.isSuccess) return <Notice>Reported. An admin of this platform looks at it.</Notice>;
  return (
    <form onSubmit={submit} className="grid gap-3">
      <Choice
        label="What is wrong"
        options={concerns.map((one) => [one, labelOf(one)])}
        value={concern}
        onChange={({ target }) => setConcern(concerns.find((one) => one === target.value) ?? 'other')}
      />
      <TextField
        label="What you saw"
        className="min-h-20"
        maxLength={1000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        hint="Which tool, and what it did. Admins read it, the publisher does not."
      />
      {report.error && <Problem error={report.error} />}
      <Button
        type="submit"
        className="justify-self-start"
        disabled={text.trim() === ''}
        busy={report.isPending && 'Sending…'}
      >
        Send report
      </Button>
    </form>
  );
}
