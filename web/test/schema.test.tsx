import { screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import type { NewServer } from '@/lib/contract';
import { created, problem } from './fixtures';
import { host } from './host';
import { openApp } from './render';

/** The first tool of a draft, with its arguments open. */
async function openArguments(user: UserEvent) {
  await user.type(await screen.findByLabelText('Describe the server'), 'Notes in Notion');
  await user.click(screen.getByRole('button', { name: 'Draft tools' }));
  await screen.findByRole('heading', { name: 'Review the draft' });
  await user.click(screen.getByText('Arguments: query, limit'));
  return within(screen.getByRole('group', { name: 'Tool search_pages' }));
}

function catchCreation(answer: () => Response = () => HttpResponse.json(created, { status: 201 })) {
  const sent: NewServer[] = [];
  host.use(
    http.post('*/v1/servers', async ({ request }) => {
      sent.push((await request.json()) as NewServer);
      return answer();
    }),
  );
  return sent;
}

test('arguments are changed in a form, and what the code still reads is told', async () => {
  const sent = catchCreation();
  const { user } = openApp('/');
  const tool = await openArguments(user);
  const [name] = tool.getAllByLabelText('Argument') as [HTMLElement];
  await user.clear(name);
  expect(name).toBeInvalid();
  await user.type(name, 'words');
  expect(tool.getByText('args.query')).toBeVisible();
  await user.type(tool.getByLabelText('What words means'), '!');
  await user.selectOptions(tool.getByLabelText('Type of limit'), 'number');
  await user.click(tool.getByRole('checkbox', { name: /^required.*limit$/ }));
  await user.click(tool.getByRole('button', { name: 'Add argument' }));
  await user.click(tool.getByRole('button', { name: 'Remove argument argument' }));
  await user.click(screen.getByRole('button', { name: 'Build server' }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]?.specEdit?.tools[0]?.inputSchema).toEqual({
    type: 'object',
    properties: {
      words: { type: 'string', description: 'Words to look for!' },
      limit: { type: 'number', maximum: 50 },
    },
    required: ['words', 'limit'],
  });
});

test('a schema is written as JSON; what is not one is said at it and not sent', async () => {
  const sent = catchCreation();
  const { user } = openApp('/');
  const tool = await openArguments(user);
  await user.click(tool.getByRole('tab', { name: 'JSON Schema' }));
  const field = tool.getByLabelText('Input schema of search_pages');
  await user.clear(field);
  await user.click(field);
  await user.paste('{"type": "object", "properties": {"q": {"type": "string"}}');
  expect(field).toHaveAccessibleDescription(/^This is not JSON/);
  expect(tool.getByRole('tab', { name: 'Form' })).toBeDisabled();
  await user.click(screen.getByRole('button', { name: 'Build server' }));
  expect(screen.getByText('1 field needs a change before this can be built.')).toBeVisible();
  await waitFor(() => expect(field).toHaveFocus());
  expect(sent).toEqual([]);

  await user.type(field, '}}');
  expect(field).toBeInvalid();
  await user.type(field, '{Backspace}');
  expect(field).toBeValid();
  await user.click(tool.getByRole('tab', { name: 'Form' }));
  expect(tool.getByLabelText('Argument')).toHaveValue('q');

  await user.click(tool.getByRole('button', { name: 'Reset these arguments to the suggestion' }));
  expect(tool.getAllByLabelText('Argument').map((field) => (field as HTMLInputElement).value)).toEqual([
    'query',
    'limit',
  ]);
  expect(screen.queryByRole('button', { name: 'Reset to the suggestion' })).toBeNull();
});

test('what the host has against a schema is said at it', async () => {
  const refused = {
    ...problem(422, 'spec_invalid', 'the server is not right'),
    problems: [{ pointer: '/tools/0/inputSchema', message: 'is no valid JSON Schema: "strng" is not a type' }],
  };
  catchCreation(() => HttpResponse.json(refused, { status: 422 }));
  const { user } = openApp('/');
  const tool = await openArguments(user);
  await user.selectOptions(tool.getByLabelText('Type of query'), 'array');
  await user.click(screen.getByRole('button', { name: 'Build server' }));
  expect(await tool.findByRole('alert')).toHaveTextContent(
    'The schema is no valid JSON Schema: "strng" is not a type.',
  );
  await user.selectOptions(tool.getByLabelText('Type of query'), 'string');
  expect(tool.queryByRole('alert')).toBeNull();
});

test('resetting the draft resets what was half written', async () => {
  const { user } = openApp('/');
  const tool = await openArguments(user);
  await user.click(tool.getByRole('tab', { name: 'JSON Schema' }));
  await user.type(tool.getByLabelText('Input schema of search_pages'), 'x');
  await user.type(screen.getByLabelText('Name'), ' 2');
  await user.click(screen.getByRole('button', { name: 'Reset to the suggestion' }));
  await user.click(screen.getByText('Arguments: query, limit'));
  expect(screen.getAllByRole('tab', { name: 'Form', selected: true })[0]).toBeEnabled();
});
