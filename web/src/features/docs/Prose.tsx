import { useEffect } from 'react';
import { Code } from '@/ui/Code';
import { CopyButton } from '@/ui/Copy';
import { Inline } from '@/ui/Inline';
import { type Block, blocksOf } from './blocks';

/** A page's text, as it is written in `pages/`. */
export function Prose({ text }: { text: string }) {
  const blocks = blocksOf(text);
  const samples = blocks.filter(({ kind }) => kind === 'sample');

  // The text has come after the browser has looked for the part that its address names.
  useEffect(() => {
    const id = location.hash.slice(1);
    if (id) document.getElementById(id)?.scrollIntoView();
  }, []);

  return (
    <div className="grid min-w-0 gap-4 text-base">
      {blocks.map((block, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a text never move
        <Shown key={i} block={block} sample={samples.indexOf(block) + 1} />
      ))}
    </div>
  );
}

/** A block; `sample` is its number among the page's samples. */
function Shown({ block, sample }: { block: Block; sample: number }) {
  switch (block.kind) {
    case 'heading':
      return (
        <h2 id={block.id} className="mt-6 scroll-mt-20 text-lg font-semibold tracking-tight first:mt-0 md:scroll-mt-8">
          {block.text}
        </h2>
      );
    case 'list': {
      const List = block.ordered ? 'ol' : 'ul';
      return (
        <List className={`grid max-w-[68ch] gap-2 pl-5 ${block.ordered ? 'list-decimal' : 'list-disc'}`}>
          {block.items.map((item) => (
            <li key={item} className="pl-1 marker:text-muted wrap-anywhere">
              <Inline text={item} />
            </li>
          ))}
        </List>
      );
    }
    case 'sample':
      return <Sample {...block} number={sample} />;
    case 'paragraph':
      return (
        <p className="max-w-[68ch] wrap-anywhere">
          <Inline text={block.text} />
        </p>
      );
  }
}

function Sample({ language, from, code, number }: Extract<Block, { kind: 'sample' }> & { number: number }) {
  return (
    <figure className="grid gap-1">
      <Code label={`Sample ${number}, from ${from}`} code={code} numbered={false} />
      <figcaption className="flex flex-wrap items-center justify-between gap-2 text-xs text-muted">
        <span className="wrap-anywhere">
          from <code>{from}</code>
        </span>
        {language === 'sh' && <CopyButton text={code} what={`sample ${number}`} />}
      </figcaption>
    </figure>
  );
}
