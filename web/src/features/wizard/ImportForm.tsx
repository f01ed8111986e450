import { type FormEvent, useState } from 'react';
import { ApiError } from '@/lib/api';
import type { NewImport } from '@/lib/imports';
import { Button } from '@/ui/Button';
import { Field, TextField } from '@/ui/Field';
import { Problem } from '@/ui/Notice';
import { type DocumentFile, FileButton } from './FileButton';
import { useImport } from './imports';

/** Another beginning than words: an API's own description. */
export function ImportForm({ onImported }: { onImported: (importId: string) => void }) {
  const [url, setUrl] = useState('');
  const [text, setText] = useState('');
  const [file, setFile] = useState<DocumentFile | null>(null);
  const [fileProblem, setFileProblem] = useState<string | null>(null);
  const [server, setServer] = useState('');
  const read = useImport();
  const document = file?.text ?? text.trim();
  const both = document !== '' && url.trim() !== '';
  const said = saidOf(read.error, read.variables);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (both || (document === '' && url.trim() === '')) return;
    const asked: NewImport = document === '' ? { url: url.trim() } : { document };
    if (server.trim() !== '') asked.server = server.trim();
    read.mutate(asked, { onSuccess: ({ importId }) => onImported(importId) });
  }

  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <Field
        label="Address of the OpenAPI document"
        mono
        type="url"
        placeholder="https://api.example.com/openapi.json"
        spellCheck={false}
        autoCapitalize="none"
        value={url}
        readOnly={read.isPending}
        onChange={(event) => {
          setUrl(event.target.value);
          read.reset();
        }}
        error={both ? 'Give its address or its text, not both.' : said.url}
        hint="OpenAPI 3.0 or 3.1, in JSON or YAML. Cloche fetches it once."
      />
      {file ? (
        <div className="grid gap-1">
          <p className="flex flex-wrap items-center justify-between gap-2 rounded-md border border-line bg-surface py-1 pr-1 pl-4">
            <span className="wrap-anywhere">
              <code>{file.name}</code> <span className="text-muted">{file.size}</span>
            </span>
            <Button
              look="quiet"
              onClick={() => {
                setFile(null);
                read.reset();
              }}
            >
              Remove
            </Button>
          </p>
          {said.text && (
            <p role="alert" className="text-xs text-broken wrap-anywhere">
              {said.text}
            </p>
          )}
        </div>
      ) : (
        <TextField
          label="Or its text"
          mono
          className="max-h-72 min-h-32 text-xs"
          placeholder={'openapi: 3.1.0\ninfo:\n  title: …'}
          spellCheck={false}
          value={text}
          readOnly={read.isPending}
          onChange={(event) => {
            setText(event.target.value);
            read.reset();
          }}
          error={said.text}
        />
      )}
      <div className="grid gap-1">
        <FileButton
          onFile={(file) => {
            setFile(file);
            setFileProblem(null);
            read.reset();
          }}
          onProblem={setFileProblem}
        />
        {fileProblem && (
          <p role="alert" className="text-xs text-broken wrap-anywhere">
            {fileProblem}
          </p>
        )}
      </div>
      <Field
        label="Send all requests to"
        mono
        type="url"
        placeholder="what the document names as its server"
        spellCheck={false}
        autoCapitalize="none"
        value={server}
        readOnly={read.isPending}
        onChange={(event) => {
          setServer(event.target.value);
          read.reset();
        }}
        error={said.server}
        hint="Optional. Needed where the document names no full address, like https://api.example.com/v1."
      />
      {read.error && !said.placed && <Problem error={read.error} />}
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button
          type="submit"
          look="primary"
          disabled={both || (document === '' && url.trim() === '')}
          busy={read.isPending && (read.variables?.url ? 'Fetching it…' : 'Reading it…')}
        >
          Read document
        </Button>
        <span className="text-muted">no model is asked, and nothing is built before you have reviewed it</span>
      </div>
    </form>
  );
}

const ofDocument = ['document_unreachable', 'document_invalid', 'document_too_large'];

/** What the host said, at the field that it is about. */
function saidOf(error: Error | null, sent: NewImport | undefined) {
  const at = { url: null, text: null, server: null, placed: false };
  if (!(error instanceof ApiError) || !sent || !ofDocument.includes(error.code)) return at;
  if (sent.server && error.message.startsWith('server ')) return { ...at, server: error.message, placed: true };
  if (sent.url) return { ...at, url: error.message, placed: true };
  return { ...at, text: error.message, placed: true };
}
