import { useDeferredValue, useMemo, useState } from 'react';
import type { CreatedServer, Preview } from '@/lib/contract';
import { Page } from '@/ui/Page';
import { ArrivingStep } from './ArrivingStep';
import { arrivingOf } from './arriving';
import { Begin } from './Begin';
import { ChooseOperations } from './ChooseOperations';
import { reviewOf, useDraft } from './draft';
import { useDrafting } from './drafting';
import { ReviewStep } from './ReviewStep';

interface Props {
  userId: string;
  urlBase: string;
  onCreated: (server: CreatedServer) => void;
}

/** From a description, in words or an API's own, to a build. */
export function Wizard({ userId, urlBase, onCreated }: Props) {
  const { draft, change, setReview, shelve } = useDraft(userId);
  const { prompt, review, choice } = draft;
  const [fresh, setFresh] = useState<string | null>(null);
  const anew = fresh === prompt.trim();
  const drafting = useDrafting({ prompt, fresh: anew, onPreview });
  // Drawn when there is time for it: the pieces come faster than one can read.
  const text = useDeferredValue(drafting.text);
  const read = useMemo(() => arrivingOf(text), [text]);
  const arriving = drafting.isPending && drafting.text !== '' ? read : null;

  function onPreview(preview: Preview) {
    setFresh(null);
    change({ review: reviewOf(preview) });
  }

  if (review) {
    return (
      <Page key="review" title="Review the draft" lead={<From preview={review.preview} />}>
        <ReviewStep
          review={review}
          urlBase={urlBase}
          onChange={setReview}
          onBack={() => change({ review: null })}
          onFresh={() => {
            setFresh(prompt.trim());
            change({ review: null });
          }}
          onCreated={(server) => {
            shelve(server.buildId);
            onCreated(server);
          }}
        />
      </Page>
    );
  }
  if (arriving) {
    return (
      <Page
        key="arriving"
        title="Review the draft"
        lead="The model is still writing. Once it has finished, change what you like."
      >
        <ArrivingStep arriving={arriving} drafting={drafting} urlBase={urlBase} />
      </Page>
    );
  }
  if (choice) {
    return (
      <ChooseOperations
        key={choice.importId}
        choice={choice}
        onChoice={(choice) => change({ choice })}
        onPreview={onPreview}
        onBack={() => change({ choice: null })}
      />
    );
  }
  return (
    <Begin
      key="begin"
      prompt={prompt}
      fresh={anew}
      drafting={drafting}
      onPrompt={(prompt) => change({ prompt })}
      onImported={(importId) => change({ choice: { importId, operations: [], auth: '' } })}
    />
  );
}

function From({ preview: { model } }: { preview: Preview }) {
  if (model === 'openapi') {
    return 'Made of the API’s own description, without a model. Change what you like; nothing runs until you build it.';
  }
  return (
    <>
      Drafted by <code className="leading-none">{model}</code>. Change what you like; nothing runs until you build it.
    </>
  );
}
