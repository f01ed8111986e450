import type { CreatedServer } from '@/lib/contract';
import { Page } from '@/ui/Page';
import { Describe } from './Describe';
import { reviewOf, useDraft } from './draft';
import { ReviewStep } from './ReviewStep';

interface Props {
  userId: string;
  urlBase: string;
  onCreated: (server: CreatedServer) => void;
}

/** From a description to a build. */
export function Wizard({ userId, urlBase, onCreated }: Props) {
  const { draft, setDraft, setReview, shelve } = useDraft(userId);
  const { prompt, review } = draft;

  if (!review) {
    return (
      <Page
        key="describe"
        title="What should your server do?"
        lead="Say it in your own words. You will see every tool, host and secret before anything runs."
      >
        <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_280px]">
          <Describe
            prompt={prompt}
            onPrompt={(prompt) => setDraft({ prompt, review: null })}
            onPreview={(preview) => setDraft({ prompt, review: reviewOf(preview) })}
          />
          <Next />
        </div>
      </Page>
    );
  }
  return (
    <Page
      key="review"
      title="Review the draft"
      lead={
        <>
          Drafted by <code>{review.preview.model}</code>. Change what you like; nothing runs until you build it.
        </>
      }
    >
      <ReviewStep
        review={review}
        urlBase={urlBase}
        onChange={setReview}
        onBack={() => setDraft({ prompt, review: null })}
        onCreated={(server) => {
          shelve(server.buildId);
          onCreated(server);
        }}
      />
    </Page>
  );
}

const steps = [
  ['A model drafts it', 'Tools with their code, the hosts they reach, the secrets they need.'],
  ['You review it', 'Change names, texts and hosts; read every line of code. Give secrets here, not above.'],
  ['It is built and sealed', 'A matter of seconds. A mistake in the code is shown at its line.'],
  ['You copy its URL', 'AI clients sign in to it and call its tools.'],
] as const;

function Next() {
  return (
    <aside aria-label="What happens next" className="grid gap-4 border-line lg:border-l lg:pl-8">
      <h2 className="font-semibold">What happens next</h2>
      <ol className="grid gap-4">
        {steps.map(([title, text], i) => (
          <li key={title} className="grid grid-cols-[1.5rem_1fr]">
            <span aria-hidden="true" className="text-muted tabular-nums">
              {i + 1}
            </span>
            <div>
              <p className="font-medium">{title}</p>
              <p className="text-muted">{text}</p>
            </div>
          </li>
        ))}
      </ol>
    </aside>
  );
}
