import { Fold } from '@/ui/Code';
import type { ApiDocument, Schema } from './document';
import { SchemaTree } from './SchemaTree';

/** What every refusal looks like, once for all operations. */
export function Errors({ document }: { document: ApiDocument }) {
  const schema = problemOf(document);
  return (
    <section aria-label="Errors" className="grid min-w-0 gap-3">
      <h2 id="errors" className="scroll-mt-20 text-lg font-semibold tracking-tight md:scroll-mt-8">
        Errors
      </h2>
      <p className="max-w-[68ch]">
        What is refused or fails is answered with a status of 400 or more and <code>application/problem+json</code> (RFC
        9457). Its <code>code</code> is stable, and what to decide by; <code>detail</code> is a sentence for a person.
        With 429 and 503, the header <code>Retry-After</code> says when to come again, where that is known.
      </p>
      {schema && (
        <Fold summary="Fields of an error">
          <SchemaTree document={document} schema={schema} />
        </Fold>
      )}
    </section>
  );
}

/** Every operation has the same one. */
function problemOf({ paths }: ApiDocument): Schema | null {
  for (const item of Object.values(paths ?? {})) {
    for (const { responses } of Object.values(item)) {
      const schema = responses?.default?.content?.['application/problem+json']?.schema;
      if (schema) return schema;
    }
  }
  return null;
}
