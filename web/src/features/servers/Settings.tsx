import { type FormEvent, useState } from 'react';
import type { ServerDetail } from '@/lib/contract';
import { Button } from '@/ui/Button';
import { Field, TextField } from '@/ui/Field';
import { Notice, Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { useDescribeServer, usePauseServer } from './api';
import { DeleteServer } from './DeleteServer';

interface Props {
  server: ServerDetail;
  /** Who looks may change it. */
  changes: boolean;
  onDeleted: () => Promise<void>;
}

/** What its owners call a server, whether it answers, and its end. */
export function Settings({ server, changes, onDeleted }: Props) {
  if (!changes) {
    return <Notice>Your role may look but not change this server. Ask an owner of the organisation.</Notice>;
  }
  return (
    <div className="grid max-w-[40rem] gap-10">
      <Description server={server} />
      <Pause server={server} />
      <Deletion server={server} onDeleted={onDeleted} />
    </div>
  );
}

function Description({ server }: { server: ServerDetail }) {
  const [name, setName] = useState(server.name);
  const [description, setDescription] = useState(server.description);
  const save = useDescribeServer(server.id);
  const same = name.trim() === server.name && description.trim() === server.description;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (same || name.trim() === '') return;
    const change = {
      ...(name.trim() !== server.name && { name: name.trim() }),
      ...(description.trim() !== server.description && { description: description.trim() || null }),
    };
    save.mutate(change, {
      onSuccess: (saved) => {
        setName(saved.name);
        setDescription(saved.description);
      },
    });
  }

  return (
    <Section title="Name and description">
      <form onSubmit={submit} className="grid gap-4">
        <Field
          label="Name"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.target.value)}
          error={name.trim() === '' ? 'A server needs a name.' : null}
          hint={
            <>
              Shown to your organisation. Its address, <code>{server.slug}</code>, stays.
            </>
          }
        />
        <TextField
          label="Description"
          rows={3}
          className="min-h-20"
          value={description}
          onChange={(event) => setDescription(event.target.value)}
          hint="Shown to your organisation; empty for what the active version says. AI clients are told what that says."
        />
        {save.error && <Problem error={save.error} />}
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" look="primary" disabled={same || name.trim() === ''} busy={save.isPending && 'Saving…'}>
            Save
          </Button>
          <span role="status" className="text-muted">
            {save.isSuccess && same && 'Saved.'}
          </span>
        </div>
      </form>
    </Section>
  );
}

function Pause({ server }: { server: ServerDetail }) {
  const pause = usePauseServer(server.id);
  const paused = server.status === 'paused';
  if (server.activeVersion === null) return null;
  return (
    <Section title={paused ? 'Resume' : 'Pause'}>
      {server.takenDown ? (
        <p className="text-muted">The template of this server was taken down: it cannot be resumed.</p>
      ) : (
        <>
          <p className="text-muted">
            {paused
              ? 'Clients get answers again at once. They need not sign in anew.'
              : 'Answers nobody from that moment on. Calls that have begun finish; clients stay signed in, and secrets are kept.'}
          </p>
          {pause.error && <Problem error={pause.error} />}
          <Button
            className="justify-self-start"
            look={paused ? 'primary' : 'plain'}
            busy={pause.isPending && (paused ? 'Resuming…' : 'Pausing…')}
            onClick={() => pause.mutate(!paused)}
          >
            {paused ? 'Resume' : 'Pause'} {server.slug}
          </Button>
        </>
      )}
    </Section>
  );
}

function Deletion({ server, onDeleted }: { server: ServerDetail; onDeleted: () => Promise<void> }) {
  const [asking, setAsking] = useState(false);
  return (
    <Section title="Delete">
      <p className="text-muted">Ends access for every client at once, and deletes the server with its secrets.</p>
      <Button look="danger" className="justify-self-start" onClick={() => setAsking(true)}>
        Delete {server.slug}
      </Button>
      {asking && <DeleteServer server={server} onClose={() => setAsking(false)} onDeleted={onDeleted} />}
    </Section>
  );
}
