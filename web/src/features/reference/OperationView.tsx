import type { ReactNode } from 'react';
import { Code } from '@/ui/Code';
import { CopyButton } from '@/ui/Copy';
import { Inline } from '@/ui/Inline';
import type { ApiDocument, Body, Operation, Parameter } from './document';
import { About, SchemaTree } from './SchemaTree';
import { curlOf } from './sample';
import { typeOf } from './schema';
import { accessWords } from './words';

interface Props {
  document: ApiDocument;
  operation: Operation;
}

/** All that is known of an operation. */
export function OperationView({ document, operation }: Props) {
  const { title, text, access, parameters, body, bodyRequired } = operation;
  // What stands above it is not said again.
  const more = text.filter((paragraph, i) => i > 0 || paragraph.replace(/\.$/, '') !== title);
  return (
    <div className="grid min-w-0 gap-6">
      <div className="grid gap-2">
        {more.map((paragraph) => (
          <p key={paragraph} className="max-w-[68ch] wrap-anywhere">
            <Inline text={paragraph} />
          </p>
        ))}
        <p className="text-muted">For {accessWords(access)}.</p>
      </div>
      {parameters.length > 0 && (
        <Titled title="Parameters">
          <Parameters document={document} parameters={parameters} />
        </Titled>
      )}
      {body && (
        <Titled title={bodyRequired ? 'Body' : 'Body, optional'}>
          <BodyView document={document} body={body} />
        </Titled>
      )}
      <Answers document={document} operation={operation} />
      <Sample document={document} operation={operation} />
    </div>
  );
}

function Titled({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="grid min-w-0 gap-2">
      <h4 className="font-medium">{title}</h4>
      {children}
    </section>
  );
}

const places: Record<string, string> = {
  path: 'in the path',
  query: 'in the query',
  header: 'as a header',
  cookie: 'as a cookie',
};

function Parameters({ document, parameters }: { document: ApiDocument; parameters: Parameter[] }) {
  return (
    <ul className="divide-y divide-line rounded-md border border-line bg-surface">
      {parameters.map(({ name, in: place, required, description, schema = {} }) => (
        <li key={`${place} ${name}`} className="grid gap-1 px-4 py-3">
          <p className="flex flex-wrap items-baseline gap-x-2">
            <code className="font-medium wrap-anywhere">{name}</code>
            <span className="text-muted">
              {typeOf(document, schema)} · {places[place] ?? place}
              {!required && ' · optional'}
            </span>
          </p>
          <About document={document} schema={description ? { ...schema, description } : schema} />
        </li>
      ))}
    </ul>
  );
}

function BodyView({ document, body: { type, schema } }: { document: ApiDocument; body: Body }) {
  // Of what is neither JSON nor a form the document has no more to say.
  const structured = /json|form/.test(type);
  const what = structured ? typeOf(document, schema) : type.startsWith('text/') ? 'text' : 'bytes';
  return (
    <>
      <p className="text-muted">
        <span className="text-ink">{what}</span> as <code>{type}</code>
      </p>
      {structured && <About document={document} schema={schema} />}
      {structured && <SchemaTree document={document} schema={schema} />}
    </>
  );
}

function Answers({ document, operation: { responses, refusals } }: Props) {
  const other = responses.find(({ status }) => status === 'default');
  return (
    <Titled title="Answers">
      <ul className="grid gap-4">
        {responses.map(
          ({ status, description, body }) =>
            status !== 'default' && (
              <li key={status} className="grid min-w-0 gap-2">
                <p>
                  <code className="font-medium">{status}</code>{' '}
                  <span className="text-muted wrap-anywhere">
                    <Inline text={description || (body ? '' : 'Nothing to read')} />
                  </span>
                </p>
                {body && <BodyView document={document} body={body} />}
              </li>
            ),
        )}
        {refusals.map(({ status, code }) => (
          <li key={code}>
            <code className="font-medium">{status}</code> <code className="text-muted">{code}</code>
          </li>
        ))}
        {other && (
          <li className="text-muted">
            Any other:{' '}
            {other.body?.type === 'application/problem+json' ? (
              <a href="#errors" className="text-link underline underline-offset-2">
                an error with its code
              </a>
            ) : (
              other.description
            )}
          </li>
        )}
      </ul>
    </Titled>
  );
}

function Sample({ document, operation }: Props) {
  const sample = curlOf(document, operation);
  return (
    <Titled title="With curl">
      <Code label={`With curl: ${operation.method} ${operation.path}`} code={sample} numbered={false} />
      <div className="flex flex-wrap items-center justify-between gap-2 text-xs text-muted">
        <span className="min-w-0 wrap-anywhere">{sampleNote(operation)}</span>
        <CopyButton text={sample} what={`the request ${operation.method} ${operation.path}`} />
      </div>
    </Titled>
  );
}

function sampleNote({ access }: Operation): ReactNode {
  const platform = (
    <>
      <code>$URL</code> is {location.origin}
    </>
  );
  if (access.includes('apiKey')) {
    return (
      <>
        {platform}, <code>$KEY</code> an API key.
      </>
    );
  }
  if (access.includes('accessToken')) {
    return (
      <>
        {platform}, <code>$TOKEN</code> an access token.
      </>
    );
  }
  return (
    <>
      {platform}.{access.includes('session') && ' The session’s cookie goes with it in a browser alone.'}
    </>
  );
}
