import type { FormEvent } from 'react';
import { useState } from 'react';
import { ApiError } from '@/lib/api';
import { capabilities, namesStore } from '@/lib/capability';
import type { CreatedServer, NewServer, ServerSpec } from '@/lib/contract';
import { marksIn } from '@/lib/diagnostics';
import { count, slugFrom } from '@/lib/words';
import { Button } from '@/ui/Button';
import { CapabilityCard } from '@/ui/CapabilityCard';
import { Field, TextField } from '@/ui/Field';
import { Hosts } from '@/ui/Hosts';
import { Notice, Problem } from '@/ui/Notice';
import { Section } from '@/ui/Page';
import { SecretFields } from '@/ui/SecretFields';
import { useCreateServer } from './api';
import { CodeField } from './CodeField';
import { isEdited, type Review, reviewProblems } from './draft';
import { refusals } from './refusals';
import { ToolEditor } from './ToolEditor';

interface Props {
  review: Review;
  /** What stands before the slug in the server's URL. */
  urlBase: string;
  onChange: (change: (review: Review) => Review) => void;
  onBack: () => void;
  /** Has these words drafted anew. */
  onFresh: () => void;
  onCreated: (server: CreatedServer) => void;
}

/** The second step: everything the server will be, to read and change before anything is built. */
export function ReviewStep({ review, urlBase, onChange, onBack, onFresh, onCreated }: Props) {
  const { preview, spec, slug } = review;
  const create = useCreateServer();
  // Held here alone: secrets go to the host once, and nowhere else.
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [asked, setAsked] = useState(false);
  const [takenSlug, setTakenSlug] = useState<string | null>(null);
  // Schemas that are not whole yet stand at their tools alone: the draft has the last that was.
  const [unfinished, setUnfinished] = useState<Record<string, string | null>>({});
  const [resets, setResets] = useState(0);
  // Of the code as it was built; what is written since is no longer that.
  const [wrong, setWrong] = useState(() => ({
    tools: spec.tools.map(({ name }) => marksIn(review.wrong ?? [], name)),
    helpers: marksIn(review.wrong ?? [], null),
  }));

  const problems = reviewProblems(review);
  for (const [field, problem] of Object.entries(unfinished)) if (problem) problems.set(field, problem);
  if (slug === takenSlug) problems.set('slug', `${slug} is taken: choose another.`);
  const edited = isEdited(review);
  const sent = create.variables?.specEdit;
  const refused = refusals((sent ? sent === spec : !edited) ? create.error : null);
  const code = [spec.helpers, ...spec.tools.map((tool) => tool.implementation)].join('\n');

  function setSpec(change: (spec: ServerSpec) => ServerSpec) {
    onChange((review) => ({ ...review, spec: change(review.spec) }));
  }

  function reset() {
    setSpec(() => preview.spec);
    setUnfinished({});
    setWrong({ tools: [], helpers: [] });
    setResets((resets) => resets + 1);
  }

  function rename(name: string) {
    onChange((review) => ({
      ...review,
      spec: { ...review.spec, name },
      slug: review.slugEdited ? review.slug : slugFrom(name),
    }));
  }

  function build(event: FormEvent) {
    event.preventDefault();
    setAsked(true);
    if (problems.size > 0) {
      // The first field that is wrong, once the errors are drawn.
      requestAnimationFrame(focusInvalid);
      return;
    }
    const given = Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''));
    const server: NewServer = { name: spec.name.trim(), slug, previewId: preview.previewId };
    if (edited) server.specEdit = spec;
    if (Object.keys(given).length > 0) server.secrets = given;
    create.mutate(server, {
      onSuccess: (created) => {
        setSecrets({});
        onCreated(created);
      },
      onError: (error) => {
        if (!(error instanceof ApiError && error.code === 'slug_taken')) return;
        setTakenSlug(slug);
        requestAnimationFrame(() => document.querySelector<HTMLElement>('[name="slug"]')?.focus());
      },
    });
  }

  const failure = create.error instanceof ApiError && create.error.code === 'slug_taken' ? null : create.error;
  const expired = failure instanceof ApiError && failure.code === 'preview_expired';
  const unset = spec.requiredSecrets.filter(({ key }) => !secrets[key]);

  return (
    <form onSubmit={build} noValidate className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_360px]">
      <div className="grid min-w-0 gap-8">
        {preview.cached && (
          <Notice>
            <p className="font-medium">You had these words drafted before</p>
            <p>This is that draft: no model was asked, and no draft of today was used.</p>
            <Button className="mt-3" onClick={onFresh}>
              Draft it anew
            </Button>
          </Notice>
        )}
        {preview.demo && (
          <Notice tone="decide">
            <p className="font-medium">This is the demo draft</p>
            <p>
              No model is set up here, so the demo drafter answered with its two tools, whatever the description.
              Whoever runs this Cloche can set a model key to get real drafts.
            </p>
          </Notice>
        )}
        <Section title="Server" note={edited ? <ResetButton onReset={reset} /> : null}>
          <Field
            label="Name"
            value={spec.name}
            maxLength={100}
            onChange={(event) => rename(event.target.value)}
            error={problems.get('name') ?? refused.get('name')}
          />
          <Field
            label="Address"
            name="slug"
            mono
            value={slug}
            spellCheck={false}
            autoCapitalize="none"
            onChange={(event) => onChange((review) => ({ ...review, slug: event.target.value, slugEdited: true }))}
            error={problems.get('slug')}
            hint={<code className="wrap-anywhere">{`${urlBase}/${slug}`}</code>}
          />
          <TextField
            label="Description"
            value={spec.description}
            onChange={(event) => setSpec((spec) => ({ ...spec, description: event.target.value }))}
            error={refused.get('description')}
          />
        </Section>
        <Section title="Tools" note={count(spec.tools.length, 'tool')}>
          {spec.tools.map((tool, i) => (
            <ToolEditor
              // biome-ignore lint/suspicious/noArrayIndexKey: tools keep their places, names change while typed
              key={`${resets} ${i}`}
              tool={tool}
              suggested={preview.spec.tools[i]}
              nameProblem={problems.get(`tools/${i}/name`) ?? refused.get(`tools/${i}/name`)}
              descriptionProblem={problems.get(`tools/${i}/description`) ?? refused.get(`tools/${i}/description`)}
              marks={wrong.tools[i]}
              schemaRefused={refused.get(`tools/${i}/inputSchema`)}
              onSchemaProblem={(problem) =>
                setUnfinished((others) => ({ ...others, [`tools/${i}/inputSchema`]: problem }))
              }
              onChange={(tool) =>
                setSpec((spec) => ({ ...spec, tools: spec.tools.map((old, j) => (j === i ? tool : old)) }))
              }
            />
          ))}
          {(spec.helpers.trim() !== '' || wrong.helpers.length > 0) && (
            <CodeField
              key={resets}
              summary="Code shared by the tools"
              label="Shared code"
              code={spec.helpers}
              marks={wrong.helpers}
              onChange={(helpers) => setSpec((spec) => ({ ...spec, helpers }))}
            />
          )}
        </Section>
        {spec.requiredSecrets.length > 0 && (
          <Section title="Secrets" note="Stored encrypted, sent only to their hosts, never shown again">
            <SecretFields
              required={spec.requiredSecrets}
              values={secrets}
              problems={problems}
              onChange={(key, value) => setSecrets((secrets) => ({ ...secrets, [key]: value }))}
            />
          </Section>
        )}
        <Section title="Allowed hosts" note="Everything else is refused">
          <Hosts
            hosts={spec.allowedHosts}
            problems={problems}
            onChange={(allowedHosts) => setSpec((spec) => ({ ...spec, allowedHosts }))}
          />
        </Section>
      </div>
      <aside className="grid min-w-0 gap-4 lg:sticky lg:top-8" aria-label="Before you build">
        <CapabilityCard can={capabilities(spec, namesStore(code))} />
        {unset.length > 0 && (
          <p className="text-muted">
            {unset.map(({ key }) => key).join(', ')} {unset.length === 1 ? 'is' : 'are'} not set. You can build now and
            set {unset.length === 1 ? 'it' : 'them'} later; tools that need {unset.length === 1 ? 'it' : 'them'} fail
            until then.
          </p>
        )}
        {failure && <Problem error={failure} action={expired && <Button onClick={onBack}>Draft again</Button>} />}
        {asked && problems.size > 0 && (
          <p role="alert" className="text-broken">
            {count(problems.size, 'field needs', 'fields need')} a change before this can be built.
          </p>
        )}
        <div className="flex gap-2">
          <Button type="submit" look="primary" className="flex-1" busy={create.isPending && 'Sending…'}>
            Build server
          </Button>
          <Button onClick={onBack}>Back</Button>
        </div>
      </aside>
    </form>
  );
}

/** The first field that is wrong, wherever it is folded away. */
function focusInvalid() {
  const field = document.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid]');
  field?.closest('details')?.setAttribute('open', '');
  const inside = field?.shadowRoot?.querySelector<HTMLElement>('[contenteditable]');
  (inside ?? field)?.focus();
}

function ResetButton({ onReset }: { onReset: () => void }) {
  return (
    <button type="button" onClick={onReset} className="rounded-sm underline underline-offset-2 hover:text-ink">
      Reset to the suggestion
    </button>
  );
}
