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
        title="What should your server do?"
        lead="Say it in your own words. You will see every tool, host and secret before anything runs."
      >
        <Describe
          prompt={prompt}
          onPrompt={(prompt) => setDraft({ prompt, review: null })}
          onPreview={(preview) => setDraft({ prompt, review: reviewOf(preview) })}
        />
      </Page>
    );
  }
  return (
    <Page
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
