import { screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { preview } from './fixtures';
import { host, refuse } from './host';
import { imported, large } from './openapi';
import { openApp } from './render';

/** Takes what is brought, and answers with what it has to offer. */
function reads(answer: () => Response = () => HttpResponse.json(imported(), { status: 201 })) {
  const sent: unknown[] = [];
  host.use(
    http.post('*/v1/imports', async ({ request }) => {
      sent.push(await request.json());
      return answer();
    }),
  );
  return sent;
}

function drafts(answer: () => Response = () => HttpResponse.json({ ...preview(), model: 'openapi' })) {
  const sent: unknown[] = [];
  host.use(
    http.post('*/v1/imports/imp_01/preview', async ({ request }) => {
      sent.push(await request.json());
      return answer();
    }),
  );
  return sent;
}

async function toImport(user: UserEvent) {
  await user.click(await screen.findByRole('tab', { name: 'Import an API’s description' }));
}

async function byAddress(user: UserEvent) {
  await toImport(user);
  await user.type(screen.getByLabelText('Address of the OpenAPI document'), 'https://pets.example.com/openapi.json');
  await user.click(screen.getByRole('button', { name: 'Read document' }));
}

test('a document at an address becomes tools that are reviewed like any others', async () => {
  const read = reads();
  const sent = drafts();
  const { user } = openApp('/');
  await byAddress(user);
  expect(await screen.findByRole('heading', { name: 'Choose from Pets' })).toBeVisible();
  expect(screen.getByText('5 of 6 operations can be tools: choose those that are needed.')).toBeVisible();
  expect(read).toEqual([{ url: 'https://pets.example.com/openapi.json' }]);

  expect(screen.getByText(/Cannot be a tool: its body is image\/png/)).toBeVisible();
  expect(screen.queryByRole('checkbox', { name: /photo/ })).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Draft tools' }));
  expect(screen.getByText('Choose at least one operation.')).toBeVisible();

  await user.type(screen.getByLabelText('Search operations'), 'pets get');
  expect(screen.getByText('2 operations found')).toBeVisible();
  await user.click(screen.getByRole('checkbox', { name: /GET \/v1\/pets Lists pets/ }));
  await user.clear(screen.getByLabelText('Search operations'));
  await user.click(screen.getByRole('checkbox', { name: /POST \/v1\/pets/ }));
  await user.selectOptions(screen.getByLabelText('How the tools sign in'), 'apiKey');
  expect(screen.getByText('2 of 20 chosen')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Draft 2 tools' }));
  expect(await screen.findByRole('heading', { name: 'Review the draft' })).toBeVisible();
  expect(screen.getByText(/Made of the API’s own description, without a model/)).toBeVisible();
  expect(sent).toEqual([{ operations: ['GET /v1/pets', 'POST /v1/pets'], auth: 'apiKey' }]);

  await user.click(screen.getByRole('button', { name: 'Back' }));
  expect(await screen.findByText('2 of 20 chosen')).toBeVisible();
});

test('a document is pasted, or taken from a file', async () => {
  const sent = reads();
  const { user, unmount } = openApp('/');
  await toImport(user);
  await user.click(screen.getByLabelText('Or its text'));
  await user.paste('openapi: 3.1.0');
  await user.type(screen.getByLabelText('Send all requests to'), 'https://other.example.com');
  await user.click(screen.getByRole('button', { name: 'Read document' }));
  await screen.findByRole('heading', { name: 'Choose from Pets' });
  await user.click(screen.getByRole('button', { name: 'Another document' }));
  unmount();

  const again = openApp('/');
  await toImport(again.user);
  const file = new File(['{"openapi": "3.0.0"}'], 'pets.json', { type: 'application/json' });
  await again.user.upload(screen.getByLabelText('Choose a file'), file);
  expect(await screen.findByText('pets.json')).toBeVisible();
  await again.user.click(screen.getByRole('button', { name: 'Read document' }));
  await screen.findByRole('heading', { name: 'Choose from Pets' });
  expect(sent).toEqual([
    { document: 'openapi: 3.1.0', server: 'https://other.example.com' },
    { document: '{"openapi": "3.0.0"}' },
  ]);
});

test('what is wrong with a document is said at its field', async () => {
  const said = 'the document at https://pets.example.com/openapi.json answers 404';
  reads(() => refuse(422, 'document_unreachable', said));
  const { user } = openApp('/');
  await byAddress(user);
  const field = screen.getByLabelText('Address of the OpenAPI document');
  await waitFor(() => expect(field).toHaveAccessibleDescription(said));
  expect(field).toBeInvalid();
  await user.type(field, '?v=3');
  expect(field).toBeValid();
  await user.type(screen.getByLabelText('Or its text'), 'a');
  expect(field).toHaveAccessibleDescription('Give its address or its text, not both.');
  await user.clear(field);

  reads(() => refuse(422, 'document_invalid', 'server "x" is no address of a server'));
  await user.type(screen.getByLabelText('Send all requests to'), 'x');
  await user.click(screen.getByRole('button', { name: 'Read document' }));
  await waitFor(() => expect(screen.getByLabelText('Send all requests to')).toBeInvalid());
  reads(() => refuse(503, 'imports_busy', 'as many documents as this platform reads at a time are being read'));
  await user.click(screen.getByRole('button', { name: 'Read document' }));
  expect(await screen.findByText('imports_busy')).toBeVisible();
});

test('a document that is too large to host whole says so, and no more are chosen than fit', async () => {
  reads(() => HttpResponse.json({ ...large(), mostTools: 2 }, { status: 201 }));
  const { user } = openApp('/');
  await byAddress(user);
  expect(await screen.findByText(/too large for one server: 60 of 60 operations can be tools/)).toBeVisible();
  expect(screen.queryByRole('checkbox')).toBeNull();
  await user.click(screen.getByText('/visits'));
  const [first, second, third] = await screen.findAllByRole('checkbox');
  await user.click(first as HTMLElement);
  await user.click(second as HTMLElement);
  expect(third).toBeDisabled();
  expect(screen.getByText(/as many as a server has/)).toBeVisible();
  await user.click(screen.getAllByRole('button', { name: /^Remove GET/ })[0] as HTMLElement);
  expect(third).toBeEnabled();
});

test('a document that is gone leads back to the first step; a reload asks for it again', async () => {
  reads();
  drafts(() => refuse(404, 'not_found', 'there is no such import in your organisation, or no longer'));
  const { user, unmount } = openApp('/');
  await byAddress(user);
  await user.click(await screen.findByRole('checkbox', { name: /GET \/v1\/pets Lists/ }));
  unmount();

  host.use(http.get('*/v1/imports/imp_01', () => HttpResponse.json(imported())));
  const again = openApp('/');
  expect(await screen.findByText('1 of 20 chosen')).toBeVisible();
  await again.user.click(screen.getByRole('button', { name: 'Draft 1 tool' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('there is no such import');
  await again.user.click(screen.getByRole('button', { name: 'Bring the document again' }));
  expect(screen.getByRole('tab', { name: 'Import an API’s description' })).toBeVisible();
});

test('what a document says is text', async () => {
  const planted = '<img src=x onerror=alert(1)>';
  const operations = imported().operations.map((one) => ({ ...one, summary: planted, tag: planted }));
  reads(() => HttpResponse.json(imported({ title: planted, advice: planted, operations }), { status: 201 }));
  const { user } = openApp('/');
  await byAddress(user);
  const list = await screen.findByRole('region', { name: 'Operations' });
  expect(within(list).getAllByText(planted).length).toBeGreaterThan(1);
  expect(document.querySelector('img, [onerror]')).toBeNull();
});

test('a choice that cannot be is said in the host’s words', async () => {
  reads();
  drafts(() => refuse(422, 'choice_invalid', 'operation "GET /v1/pets" cannot be imported: it is too deep'));
  const { user } = openApp('/');
  await byAddress(user);
  await user.click(await screen.findByRole('checkbox', { name: /GET \/v1\/pets Lists/ }));
  await user.click(screen.getByRole('button', { name: 'Draft 1 tool' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('cannot be imported: it is too deepchoice_invalid');
});
