import { count, slugFrom } from '@/lib/words';
import { Chevron, Fold } from '@/ui/Code';
import { Field, TextField } from '@/ui/Field';
import { Section } from '@/ui/Page';
import type { Arriving, ArrivingTool } from './arriving';
import type { Drafting } from './drafting';
import { Progress, Written } from './Progress';

interface Props {
  arriving: Arriving;
  drafting: Drafting;
  urlBase: string;
}

/** The second step while it is still being written: each thing stands where it will stay, to read. */
export function ArrivingStep({ arriving: { name, description, tools }, drafting, urlBase }: Props) {
  const slug = name.trim() === '' ? '' : slugFrom(name);
  return (
    <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_360px]">
      <div className="grid min-w-0 gap-8">
        <Section title="Server">
          <Field label="Name" value={name} readOnly />
          <Field
            label="Address"
            mono
            value={slug}
            readOnly
            hint={<code className="wrap-anywhere">{`${urlBase}/${slug}`}</code>}
          />
          <TextField label="Description" value={description} readOnly />
        </Section>
        <Section title="Tools" note={count(tools.length, 'tool')}>
          {tools.map((tool, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: tools keep their places, names change while written
            <Tool key={i} tool={tool} />
          ))}
        </Section>
      </div>
      <aside
        aria-label="While it is drafted"
        className="sticky bottom-4 min-w-0 divide-y divide-line rounded-md border border-line bg-surface lg:top-8 lg:bottom-auto"
      >
        <Progress words={`Drafting: ${count(tools.length, 'tool')} so far`} drafting={drafting} />
        <div className="p-4">
          <Fold summary="What the model writes">
            <div className="rounded-md border border-line bg-sunken">
              <Written text={drafting.text} />
            </div>
          </Fold>
        </div>
      </aside>
    </div>
  );
}

function Tool({ tool: { name, description, arguments: names, lines } }: { tool: ArrivingTool }) {
  return (
    <fieldset className="grid min-w-0 gap-4 rounded-md border border-line bg-surface p-4">
      <legend className="sr-only">Tool {name}</legend>
      <div className="grid items-start gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
        <Field label="Tool name" mono value={name} readOnly />
        <TextField label="Description for AI clients" value={description} readOnly />
      </div>
      <div className="grid gap-2 text-muted">
        <Line>{names && `Arguments: ${names.join(', ') || 'none'}`}</Line>
        <Line>{lines !== null && `Code: ${count(lines, 'line')} of Rust`}</Line>
      </div>
    </fieldset>
  );
}

/** What a line opens later. */
function Line({ children }: { children: string | false | null }) {
  return (
    <p className="flex items-center gap-1">
      <Chevron />
      {children || '…'}
    </p>
  );
}
