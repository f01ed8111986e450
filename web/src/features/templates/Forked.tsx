import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ServerDetail } from '@/lib/contract';
import type { ForkedFrom, TemplateUpdate } from '@/lib/market';
import { Button } from '@/ui/Button';
import { Disclosed } from '@/ui/Code';
import { Notice, Problem } from '@/ui/Notice';
import { serverTemplateOptions, useTakeRelease } from './api';

/** What a server of a template is told by it: whose it is, that it was taken down, that there is more. */
export function Forked({ server }: { server: ServerDetail }) {
  const { data, error, refetch } = useQuery(serverTemplateOptions(server.id));
  const forked = data?.forked;
  return (
    <>
      {server.takenDown && <TakenDown forked={forked} />}
      {error && !data && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {forked && !server.takenDown && (
        <p className="text-muted wrap-anywhere">
          Made from <Title of={forked} />
          {forked.activeRelease === null ? ', and changed since' : `, release ${forked.activeRelease}`}
          {(forked.status === 'hidden' || forked.status === 'unpublished') && '. It is not shown to others any more'}.
        </p>
      )}
      {forked?.update && !server.takenDown && (
        <Update key={forked.update.release} serverId={server.id} forked={forked} update={forked.update} />
      )}
    </>
  );
}

function TakenDown({ forked }: { forked: ForkedFrom | null | undefined }) {
  return (
    <Notice tone="broken">
      <p className="font-medium wrap-anywhere">
        {forked ? `${forked.title}, the template of this server,` : 'The template of this server'} was taken down by an
        admin
      </p>
      {forked?.statusReason && <p className="mt-1 wrap-anywhere">The admin’s reason: {forked.statusReason}</p>}
      <p className="mt-1">
        No call runs, and this server cannot be resumed while that stands. Its secrets are kept, and sent nowhere.
      </p>
    </Notice>
  );
}

/** A title, and the way to its page while that is shown. */
function Title({ of: { slug, title, status } }: { of: ForkedFrom }) {
  if (status !== 'published') return title;
  return (
    <Link to="/templates/$slug" params={{ slug }} className="text-link underline underline-offset-2">
      {title}
    </Link>
  );
}

interface UpdateProps {
  serverId: string;
  forked: ForkedFrom;
  update: TemplateUpdate;
}

const signs = { added: '+', changed: '±', removed: '–' };

function Update({ serverId, forked, update: { release, asksForMore, changes, code, codeCut } }: UpdateProps) {
  const take = useTakeRelease(serverId);
  return (
    <Notice tone={asksForMore ? 'decide' : 'plain'}>
      <div className="grid gap-3">
        <div className="grid gap-1">
          <p className="font-medium wrap-anywhere">
            Release {release} of {forked.title} is out
          </p>
          {changes.length === 0 ? (
            <p>It can do what this server can, and tells AI clients the same.</p>
          ) : (
            <ul aria-label={`What release ${release} changes`} className="grid gap-1">
              {changes.map((change) => (
                <li
                  key={`${change.kind} ${change.what}`}
                  className={`grid grid-cols-[1rem_1fr] wrap-anywhere ${change.asksForMore ? 'text-decide' : 'text-muted'}`}
                >
                  <span aria-hidden="true">{signs[change.kind]}</span>
                  {change.words}
                </li>
              ))}
            </ul>
          )}
        </div>
        {code.map(({ tool, added, removed, diff }) => (
          <Disclosed
            key={tool ?? ''}
            summary={`${tool ? `Code of ${tool}` : 'Shared code'}: ${added} added, ${removed} removed`}
            label={tool ? `Changes in ${tool}` : 'Changes in shared code'}
            code={diff}
            numbered={false}
          />
        ))}
        {codeCut && <p className="text-muted">Some of the code is too long to show here: read it at the template.</p>}
        <p>
          {asksForMore
            ? 'It asks for more than this server has: it waits until an owner or a reviewer approves it, and this version answers until then.'
            : 'It asks for nothing more than this server has, so it answers at once.'}
        </p>
        {take.error && <Problem error={take.error} />}
        <Button
          className="justify-self-start"
          look={asksForMore ? 'plain' : 'primary'}
          busy={take.isPending && 'Taking it…'}
          onClick={() => take.mutate(release)}
        >
          Take release {release}
        </Button>
      </div>
    </Notice>
  );
}
