import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { ServerDetail } from '@/lib/contract';
import type { Listing, Template } from '@/lib/market';
import { oneLine } from '@/lib/words';
import { Button } from '@/ui/Button';
import { Notice, Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { type Publishing, serverTemplateOptions, templateOptions, usePublish } from './api';
import { listingOf } from './listing';
import { ShareForm } from './ShareForm';

interface Props {
  server: ServerDetail;
  /** Whether the box is ticked at first. */
  ticked?: boolean;
}

/** Offers to make what a server runs public. Nothing is sent before its button is clicked. */
export function SharePanel({ server, ticked = false }: Props) {
  const { data: of, error, refetch } = useQuery(serverTemplateOptions(server.id));
  const publish = usePublish(server.id);

  if (publish.isSuccess) {
    return (
      <Section title="Share">
        <Notice>
          Shared as <TemplateLink of={publish.data} />, release {publish.data.release}. Anyone can make a server of
          their own from it now; your secrets stay with yours.
        </Notice>
      </Section>
    );
  }
  if (!of) {
    return error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />;
  }
  const { published, publishedVersion } = of;
  if (!published) {
    const first = { title: oneLine(server.name, 60), shortDescription: oneLine(server.description, 160) };
    return (
      <Ticked label="Share it as a template" ticked={ticked}>
        <ShareForm server={server} before={{ ...first, category: 'other' }} verb="Publish template" publish={publish} />
      </Ticked>
    );
  }
  if (published.status === 'hidden' || published.status === 'taken_down') {
    return (
      <Section title="Share">
        <p className="text-muted wrap-anywhere">
          Its template <TemplateLink of={published} /> was {published.status === 'hidden' ? 'hidden' : 'taken down'} by
          an admin. {published.statusReason}
        </p>
      </Section>
    );
  }
  if (publishedVersion === server.activeVersion) {
    return (
      <p className="text-muted wrap-anywhere">
        Shared as the template <TemplateLink of={published} />
        {published.status === 'unpublished' && ', which is not shown to anyone else'}.
      </p>
    );
  }
  return <NextRelease server={server} published={published} ticked={ticked} publish={publish} />;
}

/** Another version answers than the one that is public. */
function NextRelease({ server, published, ticked, publish }: Required<Props> & Shared) {
  const { data: detail, error, refetch } = useQuery(templateOptions(published.slug));
  if (!detail) {
    return error && <Problem error={error} action={<Button onClick={() => refetch()}>Try again</Button>} />;
  }
  const before: Listing = listingOf(detail);
  return (
    <Ticked label={`Share version ${server.activeVersion} too`} ticked={ticked}>
      <p className="text-muted wrap-anywhere">
        <TemplateLink of={published} /> still has an older version. Whoever made a server from it is told of the new
        release, and takes it or not.
        {published.status === 'unpublished' && ' Publishing shows the template again.'}
      </p>
      <ShareForm
        server={server}
        before={before}
        verb={`Publish version ${server.activeVersion} as the next release`}
        publish={publish}
      />
    </Ticked>
  );
}

interface Shared {
  published: Template;
  publish: Publishing;
}

function Ticked({ label, ticked, children }: { label: string; ticked: boolean; children: ReactNode }) {
  const [wanted, setWanted] = useState(ticked);
  return (
    <Section title="Share">
      <div className="grid gap-4 rounded-md border border-line bg-surface p-4">
        <div className="grid gap-1">
          <label className="flex items-center gap-2 font-medium">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={wanted}
              onChange={(event) => setWanted(event.target.checked)}
            />
            {label}
          </label>
          <p className="pl-6 text-muted">Your secrets stay private; your code becomes public.</p>
        </div>
        {wanted && children}
      </div>
    </Section>
  );
}

function TemplateLink({ of }: { of: Pick<Template, 'slug' | 'title'> }) {
  return (
    <Link to="/templates/$slug" params={{ slug: of.slug }} className="text-link underline underline-offset-2">
      {of.title}
    </Link>
  );
}
