import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ApiError } from '@/lib/api';
import { reported } from '@/lib/capability';
import type { CreatedServer } from '@/lib/contract';
import type { TemplateDetail } from '@/lib/market';
import { count, labelOf } from '@/lib/words';
import { Button, buttonClass } from '@/ui/Button';
import { CapabilityCard } from '@/ui/CapabilityCard';
import { Disclosed } from '@/ui/Code';
import { Findings } from '@/ui/Findings';
import { NotFound } from '@/ui/NotFound';
import { Notice, Problem } from '@/ui/Notice';
import { Page, Section } from '@/ui/Page';
import { Skeleton } from '@/ui/Skeleton';
import { templateOptions, useFork } from './api';
import { Facts } from './Facts';
import { ForkForm } from './ForkForm';
import { Ownership } from './Ownership';
import { Report } from './Report';
import { Secrets } from './Secrets';
import { ToolRow } from './ToolRow';
import { Verified } from './Verified';

interface Props {
  slug: string;
  signedIn: boolean;
  /** Whether who is signed in is an owner of their organisation. */
  owner: boolean;
  /** What stands before the slug in a server's URL. */
  urlBase: string;
  onForked: (server: CreatedServer) => void;
}

const toTheOthers = (
  <Link to="/templates" className={buttonClass()}>
    Go to all templates
  </Link>
);

/** A template, with all that whoever forks it should know. */
export function TemplateView({ slug, signedIn, owner, urlBase, onForked }: Props) {
  const { data: template, error, refetch } = useQuery(templateOptions(slug));
  const fork = useFork(slug);
  if (error instanceof ApiError && error.status === 404) return <NotFound what="template" action={toTheOthers} />;
  if (!template) {
    if (!error) return <Skeleton lines={6} />;
    return <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />;
  }
  const { spec, capabilities } = template;
  const about = template.longDescription || spec.description;
  return (
    <Page
      title={template.title}
      lead={
        <>
          <p className="wrap-anywhere">{template.shortDescription}</p>
          <p className="mt-1 flex flex-wrap items-center gap-x-3 text-xs tabular-nums">
            {template.verified && <Verified />}
            <span className="wrap-anywhere">
              {template.publisher ? `by ${template.publisher} (${template.publisherSlug})` : 'its publisher is gone'}
            </span>
            <span>{labelOf(template.category)}</span>
            <span>
              {count(template.forkCount, 'fork')}, {template.liveCount.toLocaleString('en')} live
            </span>
          </p>
        </>
      }
      action={
        template.status === 'published' && !fork.isSuccess && <ForkButton slug={slug} signedIn={signedIn} fork={fork} />
      }
    >
      {error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />}
      {fork.error && <Problem error={fork.error} />}
      <Standing template={template} />
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_360px] lg:grid-rows-[auto_1fr]">
        <div className="grid min-w-0 gap-2 lg:col-start-2">
          <CapabilityCard can={reported(capabilities)} />
          <p className="text-xs text-muted">Read from the component itself, which is what a fork runs.</p>
          <Findings findings={template.findings} before="fork it" />
        </div>
        <div className="grid min-w-0 gap-8 lg:col-start-1 lg:row-span-2 lg:row-start-1">
          {fork.data && (
            <ForkForm slug={slug} preview={fork.data} urlBase={urlBase} onCancel={fork.reset} onForked={onForked} />
          )}
          {about !== template.shortDescription && about !== '' && (
            <Section title="What it does">
              <p className="max-w-prose text-base whitespace-pre-line wrap-anywhere">{about}</p>
            </Section>
          )}
          <Section title="Tools" note={`${count(spec.tools.length, 'tool')}, as release ${template.release} has them`}>
            <ul className="divide-y divide-line rounded-md border border-line bg-surface">
              {spec.tools.map((tool) => (
                <ToolRow key={tool.name} tool={tool} />
              ))}
            </ul>
            {spec.helpers.trim() !== '' && (
              <Disclosed summary="Code shared by the tools" label="Shared code" code={spec.helpers} />
            )}
          </Section>
          {!fork.data && template.requiredSecrets.length > 0 && (
            <Section title="Secrets it asks for" note="You give your own; the publisher never sees them">
              <Secrets secrets={template.requiredSecrets} />
            </Section>
          )}
        </div>
        <div className="grid min-w-0 gap-8 lg:col-start-2">
          {template.own && <Ownership template={template} owner={owner} />}
          <Facts template={template} />
          {!template.own && <Report slug={slug} signedIn={signedIn} />}
        </div>
      </div>
    </Page>
  );
}

interface ForkButtonProps {
  slug: string;
  signedIn: boolean;
  fork: ReturnType<typeof useFork>;
}

function ForkButton({ slug, signedIn, fork }: ForkButtonProps) {
  if (signedIn) {
    return (
      <Button look="primary" busy={fork.isPending && 'Forking…'} onClick={() => fork.mutate()}>
        Fork
      </Button>
    );
  }
  return (
    <Link to="/sign-in" search={{ next: `/templates/${slug}` }} className={buttonClass('primary')}>
      Sign in to fork
    </Link>
  );
}

function Standing({ template: { status, statusReason, resembles } }: { template: TemplateDetail }) {
  return (
    <>
      {resembles && (
        <Notice tone="decide">
          Its title is close to that of a verified template, but it is not that one. The verified one is{' '}
          <Link to="/templates/$slug" params={{ slug: resembles }} className="text-link underline underline-offset-2">
            {resembles}
          </Link>
          .
        </Notice>
      )}
      {status !== 'published' && (
        <Notice tone="decide">
          <p className="font-medium">
            {labelOf(status)}: nobody else finds it{status === 'taken_down' && ', and no fork of it answers'}
          </p>
          {statusReason && <p className="wrap-anywhere">The admin’s reason: {statusReason}</p>}
        </Notice>
      )}
    </>
  );
}
