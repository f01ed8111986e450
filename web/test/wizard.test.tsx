import { screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { created, demoSpec, preview, spec } from './fixtures';
import { eventStream, host, refuse, specEvent } from './host';
import { openApp } from './render';

async function describeServer(user: UserEvent) {
  await user.type(await screen.findByLabelText('Describe the server'), 'Notes in Notion');
  await user.click(screen.getByRole('button', { name: 'Draft tools' }));
}

async function review(user: UserEvent) {
  await describeServer(user);
  await screen.findByRole('heading', { name: 'Review the draft' });
}

/** Takes the next creation, and what was sent with it. */
function catchCreation(answer: () => Response = () => HttpResponse.json(created, { status: 201 })) {
  const sent: unknown[] = [];
  host.use(
    http.post('*/v1/servers', async ({ request }) => {
      sent.push(await request.json());
      return answer();
    }),
  );
  return sent;
}

test('an example fills the description in', async () => {
  const { user } = openApp('/');
  await user.click(await screen.findByRole('button', { name: /^Weather/ }));
  expect(screen.getByLabelText<HTMLTextAreaElement>('Describe the server').value).toContain('Open-Meteo');
});

test('a draft arrives over a stream cut at odd places', async () => {
  const whole = `: keep-alive\n\nevent: text\ndata: {"text":"{"}\n\n${specEvent()}`;
  host.use(http.post('*/v1/servers/preview/stream', () => eventStream(...(whole.match(/[\s\S]{1,7}/g) ?? []))));
  const { user } = openApp('/');
  await review(user);
  expect(screen.getAllByLabelText('Tool name').map((field) => (field as HTMLInputElement).value)).toEqual([
    'search_pages',
    'read_page',
  ]);
  const card = screen.getByRole('region', { name: 'What it can do' });
  expect(within(card).getByRole('img', { name: 'A bell with openings: 1 reachable' })).toBeVisible();
  expect(card).toHaveTextContent('api.notion.comGET, POST · /v1 and below');
  expect(card).toHaveTextContent('NOTION_TOKEN only toward api.notion.com');
  expect(card).toHaveTextContent('keepsnothing');
  expect(card).toHaveTextContent(/nothing else$/);
});

test('a draft outlives a reload', async () => {
  const { user, unmount } = openApp('/');
  await review(user);
  await user.type(screen.getByLabelText('Name'), ' 2');
  unmount();
  openApp('/');
  expect(await screen.findByLabelText('Name')).toHaveValue('Notion notes 2');
  expect(screen.getByLabelText('Address')).toHaveValue('notion-notes-2');
});

test('a draft can be cancelled while it is written', async () => {
  host.use(http.post('*/v1/servers/preview/stream', () => new Promise<never>(() => undefined)));
  const { user } = openApp('/');
  await describeServer(user);
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(screen.getByRole('button', { name: 'Draft tools' })).toBeEnabled();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('an error event is shown in the host’s words, and the description stays', async () => {
  const error = { code: 'spec_timeout', status: 504, detail: 'The model took longer than 120 s. Ask for fewer tools.' };
  host.use(
    http.post('*/v1/servers/preview/stream', () => eventStream(`event: error\ndata: ${JSON.stringify(error)}\n\n`)),
  );
  const { user } = openApp('/');
  await describeServer(user);
  expect(await screen.findByRole('alert')).toHaveTextContent(`${error.detail}spec_timeout`);
  expect(screen.getByLabelText('Describe the server')).toHaveValue('Notes in Notion');
});

test('a stream that ends without a terminal event is a failure', async () => {
  host.use(http.post('*/v1/servers/preview/stream', () => eventStream('event: text\ndata: {"text":"{"}\n\n')));
  const { user } = openApp('/');
  await describeServer(user);
  expect(await screen.findByRole('alert')).toHaveTextContent('connection broke before the draft was whole');
});

test('a refusal before the stream says what and when', async () => {
  host.use(
    http.post('*/v1/servers/preview/stream', () =>
      HttpResponse.json(
        { code: 'rate_limited', detail: 'Too many drafts.' },
        { status: 429, headers: { 'retry-after': '30' } },
      ),
    ),
  );
  const { user } = openApp('/');
  await describeServer(user);
  expect(await screen.findByRole('alert')).toHaveTextContent('Too many drafts.Try again in 30 seconds.rate_limited');
});

test('the demo says that it is the demo', async () => {
  host.use(http.post('*/v1/servers/preview/stream', () => eventStream(specEvent(preview(demoSpec, true)))));
  const { user } = openApp('/');
  await review(user);
  expect(screen.getByText('This is the demo draft')).toBeVisible();
  expect(screen.getByRole('img', { name: 'A closed bell: nothing is reachable' })).toBeVisible();
});

test('an untouched draft is built as it is; an edited one with the edit', async () => {
  const sent = catchCreation(() => refuse(402, 'plan_limit', 'The plan has 2 servers.'));
  const { user } = openApp('/');
  await review(user);
  await user.click(screen.getByRole('button', { name: 'Build server' }));
  expect(await screen.findByText('The plan has 2 servers.')).toBeVisible();
  expect(sent).toEqual([{ name: 'Notion notes', slug: 'notion-notes', previewId: 'prv_01' }]);

  await user.clear(screen.getByLabelText('Name'));
  await user.type(screen.getByLabelText('Name'), 'Team wiki');
  expect(screen.getByLabelText('Address')).toHaveValue('team-wiki');
  await user.type(screen.getAllByLabelText('Tool name')[0] as HTMLElement, '_v2');
  await user.click(screen.getByRole('button', { name: 'Build server' }));
  await waitFor(() => expect(sent).toHaveLength(2));
  const [search, read] = spec.tools;
  expect(sent[1]).toEqual({
    name: 'Team wiki',
    slug: 'team-wiki',
    previewId: 'prv_01',
    specEdit: { ...spec, name: 'Team wiki', tools: [{ ...search, name: 'search_pages_v2' }, read] },
  });

  await user.click(screen.getByRole('button', { name: 'Reset to the suggestion' }));
  expect(screen.getByLabelText('Name')).toHaveValue('Notion notes');
});

test('a taken address is said at its field, until it is changed', async () => {
  catchCreation(() => refuse(409, 'slug_taken', 'server slug "notion-notes" is taken: choose another'));
  const { user } = openApp('/');
  await review(user);
  await user.click(screen.getByRole('button', { name: 'Build server' }));
  const field = screen.getByLabelText('Address');
  await waitFor(() => expect(field).toHaveAccessibleDescription('notion-notes is taken: choose another.'));
  await waitFor(() => expect(field).toHaveFocus());
  await user.type(field, '-2');
  expect(field).toBeValid();
  expect(field).not.toHaveAccessibleDescription(/taken/);
});

test('what cannot be built is not sent', async () => {
  const sent = catchCreation();
  const { user } = openApp('/');
  await review(user);
  await user.click(screen.getByRole('button', { name: 'Remove GET,POST api.notion.com/v1' }));
  await user.type(screen.getAllByLabelText('Tool name')[0] as HTMLElement, ' x');
  await user.click(screen.getByRole('button', { name: 'Build server' }));
  expect(screen.getByText('2 fields need a change before this can be built.')).toBeVisible();
  expect(screen.getByText(/NOTION_TOKEN goes to api.notion.com, which is no longer allowed/)).toBeVisible();
  expect(sent).toEqual([]);

  await user.type(screen.getByLabelText('Allow a host'), '*.com{Enter}');
  expect(screen.getByLabelText('Allow a host')).toBeInvalid();
  await user.clear(screen.getByLabelText('Allow a host'));
  await user.type(screen.getByLabelText('Allow a host'), 'api.notion.com{Enter}');
  expect(screen.getByRole('button', { name: 'Remove api.notion.com' })).toBeVisible();
  expect(screen.queryByText(/no longer allowed/)).toBeNull();
});

test('a secret goes to the host once, and is kept nowhere', async () => {
  const sent = catchCreation();
  const { user, client } = openApp('/');
  await review(user);
  const field = screen.getByLabelText('NOTION_TOKEN');
  expect(field).toHaveAttribute('type', 'password');
  await user.type(field, 'ntn_topsecret');
  await user.click(screen.getByRole('button', { name: 'Build server' }));
  await screen.findByRole('region', { name: 'Build progress' });
  expect(sent).toMatchObject([{ secrets: { NOTION_TOKEN: 'ntn_topsecret' } }]);

  const stored = [sessionStorage, localStorage].flatMap((storage) => Object.values(storage)).join();
  expect(stored).toContain('search_pages');
  expect(stored).not.toContain('ntn_topsecret');
  expect(document.cookie).not.toContain('ntn_topsecret');
  expect(document.documentElement.outerHTML).not.toContain('ntn_topsecret');
  const cached = () => [...client.getQueryCache().getAll(), ...client.getMutationCache().getAll()];
  await waitFor(() => expect(JSON.stringify(cached().map(({ state }) => state))).not.toContain('ntn_topsecret'));
});

test('an expired draft leads back to the description', async () => {
  catchCreation(() => refuse(410, 'preview_expired', 'This draft has expired: draft it again.'));
  const { user } = openApp('/');
  await review(user);
  await user.click(screen.getByRole('button', { name: 'Build server' }));
  await user.click(await screen.findByRole('button', { name: 'Draft again' }));
  expect(screen.getByLabelText('Describe the server')).toHaveValue('Notes in Notion');
});

test('what a model wrote is text, whatever it holds', async () => {
  const planted = '<img src=x onerror=alert(1)>';
  const hostile = {
    ...spec,
    name: planted,
    tools: spec.tools.map((tool) => ({ ...tool, description: planted, implementation: planted })),
    requiredSecrets: spec.requiredSecrets.map((secret) => ({
      ...secret,
      description: planted,
      howToGetUrl: 'javascript:alert(1)',
    })),
    allowedHosts: [...spec.allowedHosts, planted],
  };
  host.use(http.post('*/v1/servers/preview/stream', () => eventStream(specEvent(preview(hostile)))));
  const { user } = openApp('/');
  await review(user);
  expect(screen.getAllByText(planted, { exact: false }).length).toBeGreaterThan(1);
  expect(document.querySelector('img, [onerror], a[href^="javascript"]')).toBeNull();
  expect(screen.queryByRole('link', { name: 'How to get it' })).toBeNull();
});

test('a secret in the description is said with its place, and no model is asked for the same words again', async () => {
  const words = 'Issues of mine\nwith ghp_16C7e42F292c6912E7710c838347Ae178B4a';
  const start = words.indexOf('ghp_');
  const detail = 'the description holds what looks like a secret: take it out';
  host.use(
    http.post('*/v1/servers/preview/stream', () =>
      HttpResponse.json(
        {
          code: 'secret_in_prompt',
          detail,
          findings: [{ kind: 'GitHub token', start, end: words.length, hint: 'ghp_…' }],
        },
        { status: 422 },
      ),
    ),
  );
  const { user } = openApp('/');
  const field = await screen.findByLabelText<HTMLTextAreaElement>('Describe the server');
  await user.click(field);
  await user.paste(words);
  await user.click(screen.getByRole('button', { name: 'Draft tools' }));
  await waitFor(() => expect(field).toHaveAccessibleDescription(/^The description holds what looks like a secret/));
  expect(screen.getByText('GitHub token', { exact: false })).toHaveTextContent('GitHub token ghp_…, line 2');
  await user.click(screen.getByRole('button', { name: 'Show the GitHub token in line 2' }));
  expect(field).toHaveFocus();
  expect(words.slice(field.selectionStart, field.selectionEnd)).toBe(words.slice(start));
  await user.type(field, '{Backspace}');
  expect(field).toBeValid();
});

test('a draft that was there already says so, and can be made anew', async () => {
  const asked: unknown[] = [];
  host.use(
    http.post('*/v1/servers/preview/stream', async ({ request }) => {
      const body = (await request.json()) as { fresh?: boolean };
      asked.push(body);
      return eventStream(specEvent({ ...preview(), cached: !body.fresh }));
    }),
  );
  const { user } = openApp('/');
  await review(user);
  expect(screen.getByText('You had these words drafted before')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Draft it anew' }));
  expect(await screen.findByText(/takes a draft of today/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Draft anew' }));
  await screen.findByRole('heading', { name: 'Review the draft' });
  expect(screen.queryByText('You had these words drafted before')).toBeNull();
  expect(asked).toEqual([{ prompt: 'Notes in Notion' }, { prompt: 'Notes in Notion', fresh: true }]);
});

test('code is changed in the review, and built as it is then', async () => {
  let sent: { specEdit?: typeof spec } = {};
  host.use(
    http.post('*/v1/servers', async ({ request }) => {
      sent = (await request.json()) as typeof sent;
      return HttpResponse.json(created, { status: 201 });
    }),
  );
  const { user } = openApp('/');
  await user.type(await screen.findByLabelText('Describe the server'), 'Notes in Notion');
  await user.click(screen.getByRole('button', { name: 'Draft tools' }));
  await user.click(await screen.findByText('Code: 2 lines of Rust'));
  await user.type(await screen.findByLabelText('Code of read_page'), '// mine');
  await user.click(screen.getByText('Code shared by the tools'));
  await user.clear(await screen.findByLabelText('Shared code'));
  await user.click(screen.getByRole('button', { name: 'Reset to the suggestion' }));
  await user.click(await screen.findByText('Code: 2 lines of Rust'));
  expect(await screen.findByLabelText('Code of read_page')).toHaveValue(spec.tools[1]?.implementation);
  await user.type(screen.getByLabelText('Code of read_page'), '// again');
  await user.click(screen.getByRole('button', { name: 'Build server' }));
  await waitFor(() => expect(sent.specEdit?.tools[1]?.implementation).toBe(`${spec.tools[1]?.implementation}// again`));
  expect(sent.specEdit?.helpers).toBe(spec.helpers);
});

test('tools stand in the review as they arrive, to read, until the draft is whole', async () => {
  const written = JSON.stringify(spec);
  const { end, write } = heldStream();
  const { user } = openApp('/');
  await describeServer(user);
  write(textEvent(written.slice(0, written.indexOf('"inputSchema"'))));
  expect(await screen.findByRole('heading', { name: 'Review the draft' })).toBeVisible();
  expect(screen.getByLabelText('Tool name')).toHaveValue('search_pages');
  expect(screen.getByLabelText('Tool name')).toHaveAttribute('readonly');
  expect(screen.getByLabelText('Address')).toHaveValue('notion-notes');
  expect(screen.getByText('Drafting: 1 tool so far')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Build server' })).toBeNull();
  write(textEvent(written.slice(written.indexOf('"inputSchema"'))));
  expect(await screen.findByText('Arguments: page_id')).toBeVisible();
  end(specEvent());
  expect(await screen.findByRole('button', { name: 'Build server' })).toBeEnabled();
  expect(screen.getAllByLabelText('Tool name')[0]).not.toHaveAttribute('readonly');
});

test('what arrives can be cancelled, and what breaks off leads back to the description', async () => {
  const first = heldStream();
  const { user } = openApp('/');
  await describeServer(user);
  first.write(textEvent('{"name":"Notes","tools":[{"name":"<b>find</b>"'));
  expect(await screen.findByLabelText('Tool name')).toHaveValue('<b>find</b>');
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(screen.getByLabelText('Describe the server')).toHaveValue('Notes in Notion');
  const second = heldStream();
  await user.click(screen.getByRole('button', { name: 'Draft tools' }));
  second.write(textEvent('{"name":"Notes"'));
  expect(await screen.findByLabelText('Name')).toHaveValue('Notes');
  second.end('');
  expect(await screen.findByRole('alert')).toHaveTextContent('connection broke before the draft was whole');
  expect(screen.getByLabelText('Describe the server')).toHaveValue('Notes in Notion');
});

function textEvent(text: string): string {
  return `event: text\ndata: ${JSON.stringify({ text })}\n\n`;
}

/** The next draft, whose pieces the test sends. */
function heldStream() {
  let open: ReadableStreamDefaultController<Uint8Array> | null = null;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      open = controller;
    },
  });
  host.use(
    http.post(
      '*/v1/servers/preview/stream',
      () => new HttpResponse(body, { headers: { 'content-type': 'text/event-stream' } }),
    ),
  );
  const write = (event: string) => open?.enqueue(new TextEncoder().encode(event));
  const end = (event: string) => {
    write(event);
    open?.close();
  };
  return { write, end };
}
