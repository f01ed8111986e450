import { Fold } from '@/ui/Code';
import { Inline } from '@/ui/Inline';
import type { ApiDocument, Schema } from './document';
import { boundsOf, type Field, insideOf, resolved, saidOf, typeOf, valuesOf } from './schema';

interface Props {
  document: ApiDocument;
  schema: Schema;
}

/** What a value is made of, level by level: each is read when it is opened. */
export function SchemaTree({ document, schema }: Props) {
  const { fields, variants } = insideOf(document, schema);
  if (fields.length === 0 && variants.length === 0) return null;
  return (
    <ul className="min-w-0 divide-y divide-line rounded-md border border-line bg-surface">
      {fields.map((field) => (
        <FieldRow key={field.name} document={document} field={field} />
      ))}
      {variants.map((variant, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the alternatives of a schema never move
        <Variant key={i} document={document} schema={variant} number={i + 1} />
      ))}
    </ul>
  );
}

function FieldRow({ document, field: { name, schema, required } }: { document: ApiDocument; field: Field }) {
  return (
    <li className="grid gap-1 px-4 py-3">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <code className="font-medium wrap-anywhere">{name}</code>
        <span className="text-muted">
          {typeOf(document, schema)}
          {!required && ' · optional'}
        </span>
      </p>
      <About document={document} schema={schema} />
      <Inner document={document} schema={schema} what={`Fields of ${name}`} />
    </li>
  );
}

/** One of several, by the word that tells it from the others where there is one. */
function Variant({ document, schema, number }: Props & { number: number }) {
  const words = insideOf(document, schema).fields.map((field) => valuesOf(document, field.schema));
  const [word] = words.find((values) => values.length === 1) ?? [];
  return (
    <li className="grid gap-1 px-4 py-3">
      <p className="text-muted">
        {number === 1 ? 'either' : 'or'}{' '}
        {word ? <code className="text-ink">{word}</code> : <span className="text-ink">{typeOf(document, schema)}</span>}
      </p>
      <About document={document} schema={schema} />
      <Inner document={document} schema={schema} what={`Fields of ${word ?? `alternative ${number}`}`} />
    </li>
  );
}

function Inner({ document, schema, what }: Props & { what: string }) {
  const { fields, variants } = insideOf(document, schema);
  if (fields.length === 0 && variants.length === 0) return null;
  return (
    <Fold summary={variants.length > 0 && fields.length === 0 ? what.replace('Fields', 'Kinds') : what} lazy>
      <SchemaTree document={document} schema={schema} />
    </Fold>
  );
}

/** What is said of a value: in words, the words that it may be, its bounds. */
export function About({ document, schema }: Props) {
  const description = saidOf(document, schema);
  const values = valuesOf(document, resolved(document, schema).items || schema);
  const bounds = boundsOf(document, schema);
  return (
    <>
      {description && (
        <p className="max-w-[68ch] wrap-anywhere">
          <Inline text={description.replace(/\s+/g, ' ')} />
        </p>
      )}
      {values.length > 0 && (
        <p className="text-muted wrap-anywhere">
          {values.map((value, i) => (
            <span key={value}>
              {i > 0 && ', '}
              <code>{value}</code>
            </span>
          ))}
        </p>
      )}
      {bounds.length > 0 && <p className="text-xs text-muted wrap-anywhere">{bounds.join(' · ')}</p>}
    </>
  );
}
