import * as Tabs from '@radix-ui/react-tabs';
import { useState } from 'react';
import { Page } from '@/ui/Page';
import { Describe } from './Describe';
import type { Drafting } from './drafting';
import { ImportForm } from './ImportForm';
import { Next } from './Next';

interface Props {
  prompt: string;
  /** Whether the draft of these words that is there already is to be made anew. */
  fresh: boolean;
  drafting: Drafting;
  onPrompt: (prompt: string) => void;
  onImported: (importId: string) => void;
}

const ways = [
  ['words', 'Describe it'],
  ['document', 'Import an API’s description'],
] as const;

/** The first step: from words, or from what an API says of itself. */
export function Begin({ prompt, fresh, drafting, onPrompt, onImported }: Props) {
  const [way, setWay] = useState<'words' | 'document'>('words');
  return (
    <Page
      title="What should your server do?"
      lead="Say it in your own words, or bring an OpenAPI document. You will see every tool, host and secret before anything runs."
    >
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_280px]">
        <Tabs.Root
          value={way}
          onValueChange={(way) => setWay(way === 'document' ? 'document' : 'words')}
          className="grid min-w-0 gap-4"
        >
          <Tabs.List aria-label="Begin with" className="flex overflow-x-auto border-line border-b">
            {ways.map(([value, name]) => (
              <Tabs.Trigger
                key={value}
                value={value}
                className="-mb-px shrink-0 border-transparent border-b-2 px-2 py-2 text-muted -outline-offset-2 transition-colors duration-150 hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
              >
                {name}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          {/* Both stay: what was written in one outlives a look at the other. */}
          <Tabs.Content value="words" forceMount hidden={way !== 'words'} tabIndex={-1} className="outline-none">
            <Describe prompt={prompt} fresh={fresh} drafting={drafting} onPrompt={onPrompt} />
          </Tabs.Content>
          <Tabs.Content value="document" forceMount hidden={way !== 'document'} tabIndex={-1} className="outline-none">
            <ImportForm onImported={onImported} />
          </Tabs.Content>
        </Tabs.Root>
        <Next from={way} />
      </div>
    </Page>
  );
}
