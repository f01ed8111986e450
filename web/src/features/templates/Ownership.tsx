import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError } from '@/lib/api';
import type { TemplateDetail } from '@/lib/market';
import { count } from '@/lib/words';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Notice, Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { useAppeal, useVisibility } from './api';

interface Props {
  template: TemplateDetail;
  /** Whether who looks at it is an owner of the organisation that has published it. */
  owner: boolean;
}

/** What those who have published a template can do about it. */
export function Ownership({ template, owner }: Props) {
  const { serverId, status } = template;
  const moderated = status === 'hidden' || status === 'taken_down';
  return (
    <Section title="Yours">
      <div className="grid gap-3 rounded-md border border-line bg-surface p-4">
        <p className="text-muted">
          Your organisation has published it
          {serverId ? (
            <>
              {' '}
              from{' '}
              <Link to="/servers/$serverId" params={{ serverId }} className="text-link underline underline-offset-2">
                its server
              </Link>
              , which is also where its next release comes from.
            </>
          ) : (
            '. Its server is gone, so there are no more releases; those that are there stay.'
          )}
        </p>
        {!owner && (
          <p className="text-muted">
            {moderated
              ? 'An owner of your organisation can appeal.'
              : 'An owner of your organisation can hide or show it.'}
          </p>
        )}
        {owner && (moderated ? <Appeal template={template} /> : <Visibility template={template} />)}
      </div>
    </Section>
  );
}

function Visibility({ template: { slug, status, forkCount } }: { template: TemplateDetail }) {
  const set = useVisibility(slug);
  const shown = status === 'published';
  return (
    <>
      <p className="text-muted">
        {shown
          ? `If you hide it, nobody else finds or forks it. ${forkCount > 0 ? `Its ${count(forkCount, 'fork')} go on as they are.` : ''}`
          : 'Only your organisation sees it. If you show it again, everyone finds it and can fork it.'}
      </p>
      {set.error && <Problem error={set.error} />}
      <Button
        className="justify-self-start"
        busy={set.isPending && (shown ? 'Hiding…' : 'Showing…')}
        onClick={() => set.mutate(shown ? 'unpublished' : 'published')}
      >
        {shown ? 'Hide template' : 'Show template again'}
      </Button>
    </>
  );
}

function Appeal({ template: { slug, status } }: { template: TemplateDetail }) {
  const appeal = useAppeal(slug);
  const [text, setText] = useState('');
  const waiting = appeal.error instanceof ApiError && appeal.error.code === 'already_appealed';

  function submit(event: FormEvent) {
    event.preventDefault();
    if (text.trim() !== '') appeal.mutate(text.trim());
  }

  if (appeal.isSuccess || waiting) {
    return (
      <Notice>
        {waiting ? 'Your appeal is waiting for an admin already.' : 'Appeal sent.'} If it is upheld, the template comes
        back{status === 'taken_down' && ', and its forks answer again'}.
      </Notice>
    );
  }
  return (
    <form onSubmit={submit} className="grid gap-3">
      <TextField
        label={status === 'taken_down' ? 'Why it should not be taken down' : 'Why it should not be hidden'}
        className="min-h-20"
        maxLength={1000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        hint="Admins of this platform read it, and decide. One appeal at a time."
      />
      {appeal.error && <Problem error={appeal.error} />}
      <Button
        type="submit"
        className="justify-self-start"
        disabled={text.trim() === ''}
        busy={appeal.isPending && 'Sending…'}
      >
        Appeal
      </Button>
    </form>
  );
}
