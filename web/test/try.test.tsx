import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { detail, me, server, spec } from './fixtures';
import { host, refuse } from './host';
import { failedCall, planted, tried } from './oneServer';
import { openApp } from './render';

const page = '/servers/srv_01/try';

/** What the tool is called with, as often as it is. */
function answers(answer: () => Response) {
  const asked: unknown[] = [];
  host.use(
    http.post('*/v1/servers/srv_01/try', async ({ request }) => {
      asked.push(await request.json());
      return answer();
    }),
  );
  return asked;
}

test('a tool is called by its form, and says what it gave and used', async () => {
  const asked = answers(() => HttpResponse.json(tried()));
  const { user } = openApp(page);
  await user.type(await screen.findByLabelText('query'), 'roadmap');
  await user.type(screen.getByLabelText('limit (optional)'), '5{Enter}');
  const result = screen.getByRole('region', { name: 'Result' });
  expect(await within(result).findByRole('region', { name: 'JSON' })).toHaveTextContent('"title": "Roadmap"');
  expect(asked).toEqual([{ tool: 'search_pages', arguments: { query: 'roadmap', limit: 5 } }]);
  expect(result).toHaveTextContent('Time214 ms');
  expect(result).toHaveTextContent('Fuel1.2 million');
  expect(result).toHaveTextContent('Peak memory1.3 MiB');
  expect(result).toHaveTextContent('POST api.notion.com/v1/search');
  expect(result).toHaveTextContent('187 ms · 48 B sent · 5.1 KiB received');
  expect(result).toHaveTextContent('3 pages have no title');
});

test('what is missing is said at its field, which has the focus then', async () => {
  const asked = answers(() => HttpResponse.json(tried()));
  const { user } = openApp(page);
  await user.click(await screen.findByRole('button', { name: 'Call search_pages' }));
  const query = screen.getByLabelText('query');
  await waitFor(() => expect(query).toHaveFocus());
  expect(query).toHaveAccessibleDescription('Needed.');
  expect(asked).toEqual([]);
});

test('the form goes over into JSON and back, and Ctrl+Enter sends it', async () => {
  const asked = answers(() => HttpResponse.json(tried()));
  const { user } = openApp(page);
  await user.type(await screen.findByLabelText('query'), 'a');
  await user.click(screen.getByRole('button', { name: 'Write JSON' }));
  const json = screen.getByLabelText('Arguments as JSON');
  expect(json).toHaveValue('{\n  "query": "a"\n}');
  await user.clear(json);
  await user.type(json, '{{"query":"b","more":1}');
  await user.click(screen.getByRole('button', { name: 'Use the fields' }));
  expect(json).toHaveAccessibleDescription(/no place for this JSON/);
  await user.type(json, '{Control>}{Enter}{/Control}');
  await waitFor(() => expect(asked).toEqual([{ tool: 'search_pages', arguments: { query: 'b', more: 1 } }]));
});

test('a call that fails says what the client would be told', async () => {
  answers(() => HttpResponse.json(tried({ ...failedCall, result: null })));
  const { user } = openApp(`${page}?tool=read_page`);
  await user.type(await screen.findByLabelText('page_id'), '1f0c{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('the page is not shared with this integration.tool_error');
  expect(screen.getByText('evil.example is not granted')).toBeVisible();
  expect(screen.getByText(/Ran into/)).toHaveTextContent('Ran into requests: 21 requests, where 20 are allowed.');
});

test('what the host refuses is said in its words', async () => {
  answers(() => refuse(409, 'server_not_live', 'the server is paused: its owner can resume it'));
  const { user } = openApp(page);
  await user.type(await screen.findByLabelText('query'), 'a{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('the server is paused: its owner can resume it');
});

test('what is typed outlives a session that ends', async () => {
  answers(() => refuse(401, 'unauthenticated', 'Sign in.'));
  const { user, client } = openApp(page);
  await user.type(await screen.findByLabelText('query'), 'roadmap{Enter}');
  expect(await screen.findByText(/Your session has ended/)).toBeVisible();
  await client.resetQueries({ queryKey: ['session'] });
  expect(await screen.findByLabelText('query')).toHaveValue('roadmap');
});

test('each piece of a result is shown as what it is', async () => {
  const content = [
    { type: 'text', text: 'Plain words' },
    { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' },
    { type: 'image', data: 'PHN2Zy8+', mimeType: 'image/svg+xml' },
    { type: 'audio', data: 'UklGRg==', mimeType: 'audio/wav' },
    { type: 'resource_link', uri: 'https://example.com/a', name: 'A page' },
    { type: 'resource_link', uri: 'javascript:alert(1)', name: 'No page' },
    { type: 'resource', resource: { uri: 'notes://1', text: 'A note' } },
  ];
  answers(() => HttpResponse.json(tried({ result: { content } as never })));
  const { user } = openApp(page);
  await user.type(await screen.findByLabelText('query'), 'a{Enter}');
  expect(await screen.findByText('Plain words')).toBeVisible();
  expect(screen.getByRole('img', { name: 'What the tool gave' })).toHaveAttribute(
    'src',
    'data:image/png;base64,iVBORw0KGgo=',
  );
  expect(screen.getByText('This image cannot be shown here.')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Play' })).toBeVisible();
  expect(screen.getByRole('link', { name: 'https://example.com/a' })).toHaveAttribute('href', 'https://example.com/a');
  expect(screen.getByText('javascript:alert(1)').closest('a')).toBeNull();
  expect(screen.getByText('A note')).toBeVisible();
});

test('names, results and logs that look like markup are text', async () => {
  const tool = { ...server().tools[0], name: planted, description: planted, inputSchema: { type: 'object' } };
  host.use(http.get('*/v1/servers/srv_01', () => HttpResponse.json(detail({ name: planted, tools: [tool as never] }))));
  answers(() =>
    HttpResponse.json(
      tried({
        tool: planted,
        result: { content: [{ type: 'text', text: planted }], structuredContent: { [planted]: planted } },
        requests: [{ method: planted, host: planted, path: planted, error: planted, ms: 1, sent: 0, bytes: 0 }],
        logs: [{ atMs: 0, level: 'info', message: planted }],
      }),
    ),
  );
  const { user } = openApp(page);
  await user.click(await screen.findByRole('button', { name: `Call ${planted}` }));
  await screen.findByRole('region', { name: 'Log, 1 line' });
  expect(screen.getAllByText(planted).length).toBeGreaterThan(4);
  expect(document.querySelector('img')).toBeNull();
  expect(window).not.toHaveProperty('planted');
});

test('who may only look is told so, and a schema beyond a form is JSON', async () => {
  const tools = [{ ...spec.tools[0], inputSchema: { oneOf: [{ type: 'object' }] } }];
  host.use(http.get('*/v1/servers/srv_01', () => HttpResponse.json(detail({ tools: tools as never }))));
  const { unmount } = openApp(page);
  expect(await screen.findByLabelText('Arguments as JSON')).toHaveAccessibleDescription(/more than a form can show/);
  unmount();
  host.use(http.get('*/v1/auth/me', () => HttpResponse.json({ ...me, role: 'viewer' })));
  openApp(page);
  expect(await screen.findByText(/Your role may look but not call tools/)).toBeVisible();
});
