import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { detail, failedBuild, me, spec } from './fixtures';
import { host, refuse } from './host';
import { planted, version, versionDiff, versionReport, versionSource, versions } from './oneServer';
import { openApp } from './render';

const page = '/servers/srv_01/versions';

beforeEach(() => {
  host.use(
    http.get('*/v1/servers/srv_01', () => HttpResponse.json(detail({ activeVersion: 2 }))),
    http.get('*/v1/servers/srv_01/versions/:n/diff', () => HttpResponse.json(versionDiff())),
    http.get('*/v1/servers/srv_01/versions/:n/capabilities', () => HttpResponse.json(versionReport())),
    http.get('*/v1/servers/srv_01/versions/:n/source', () => HttpResponse.json(versionSource)),
  );
});

function as(role: string) {
  host.use(http.get('*/v1/auth/me', () => HttpResponse.json({ ...me, role })));
}

test('each version says how it stands, and leads to what is new in it', async () => {
  const { user } = openApp(page);
  const list = await screen.findByRole('region', { name: 'All versions' });
  const rows = await within(list).findAllByRole('listitem');
  expect(rows.map(({ textContent }) => textContent)).toEqual([
    expect.stringMatching(/^Version 4Ada.*Waits for approval$/),
    expect.stringMatching(/^Version 3Someone.*Failed to build$/),
    expect.stringMatching(/^Version 2Ada.*Answers$/),
    expect.stringMatching(/^Version 1Ada.*Stands by$/),
  ]);
  await user.click(screen.getByRole('link', { name: 'Version 4' }));
  expect(await screen.findByRole('region', { name: 'In what it can do' })).toHaveTextContent('Reaches GET api');
  expect(screen.getByText(/asks for more than version 2, which answers/)).toBeVisible();
  const told = screen.getByRole('region', { name: 'Before and after' });
  expect(told).toHaveTextContent('-Finds pages by words in their title.');
  expect(told).toHaveTextContent('+Finds pages by words in their title, newest first.');
  const code = screen.getByRole('region', { name: 'Changes in search_pages' });
  expect(code).toHaveTextContent('+let found = newest_first(found);');
});

test('a version is approved with a reason', async () => {
  let told: unknown;
  host.use(
    http.post('*/v1/servers/srv_01/versions/4/approve', async ({ request }) => {
      told = await request.json();
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = openApp(`${page}/4`);
  await user.click(await screen.findByRole('button', { name: 'Approve' }));
  const dialog = screen.getByRole('dialog', { name: 'Approve version 4?' });
  const sure = within(dialog).getByRole('button', { name: 'Approve version 4' });
  expect(sure).toBeDisabled();
  await user.type(within(dialog).getByLabelText('Reason'), 'We asked for v2');
  await user.click(sure);
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(told).toEqual({ reason: 'We asked for v2' });
});

test('going back names the version, and a refusal is said in the question', async () => {
  host.use(
    http.post('*/v1/servers/srv_01/versions/1/activate', () =>
      refuse(409, 'version_refused', 'version 1 was refused, and cannot answer'),
    ),
  );
  const { user } = openApp(`${page}/1`);
  await user.click(await screen.findByRole('button', { name: 'Roll back to 1' }));
  const dialog = screen.getByRole('dialog', { name: 'Activate version 1?' });
  expect(dialog).toHaveTextContent('in place of version 2');
  await user.click(within(dialog).getByRole('button', { name: 'Activate version 1' }));
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('version 1 was refused, and cannot answer');
  await user.click(within(dialog).getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(screen.getByRole('button', { name: 'Roll back to 1' })).toHaveFocus());
});

test('a deleted version is left for the list', async () => {
  host.use(http.delete('*/v1/servers/srv_01/versions/1', () => new HttpResponse(null, { status: 204 })));
  const { user, router } = openApp(`${page}/1`);
  await user.click(await screen.findByRole('button', { name: 'Delete' }));
  await user.click(screen.getByRole('button', { name: 'Delete version 1' }));
  await waitFor(() => expect(router.state.location.pathname).toBe(page));
});

test('each role is offered what it may do', async () => {
  as('reviewer');
  const first = openApp(`${page}/4`);
  expect(await screen.findByRole('button', { name: 'Refuse' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Delete' })).toBeNull();
  first.unmount();
  as('developer');
  const second = openApp(`${page}/4`);
  expect(await screen.findByRole('button', { name: 'Delete' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
  second.unmount();
  as('viewer');
  openApp(page);
  expect(await screen.findByRole('link', { name: 'Version 4' })).toBeVisible();
  expect(screen.queryByLabelText('What is to be different')).toBeNull();
});

test('a wish begins the next version, and leads to its build', async () => {
  let asked: unknown;
  host.use(
    http.post('*/v1/servers/srv_01/iterate', async ({ request }) => {
      asked = await request.json();
      return HttpResponse.json({ version: 5, buildId: 'bld_01' }, { status: 202 });
    }),
  );
  const { user, router } = openApp(page);
  await user.type(await screen.findByLabelText('What is to be different'), 'Sort by date');
  await user.click(screen.getByRole('button', { name: 'Draft and build' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/servers/srv_01/builds/bld_01'));
  expect(asked).toEqual({ prompt: 'Sort by date' });
});

test('a wish that is refused stays where it was written', async () => {
  host.use(
    http.post('*/v1/servers/srv_01/iterate', () =>
      refuse(409, 'version_conflict', 'version 5 was made while a model changed version 4: say your wish again'),
    ),
  );
  const { user } = openApp(page);
  await user.type(await screen.findByLabelText('What is to be different'), 'Sort by date');
  await user.click(screen.getByRole('button', { name: 'Draft and build' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('say your wish again');
  expect(screen.getByLabelText('What is to be different')).toHaveValue('Sort by date');
});

test('the code of one tool is edited, and only that is sent', async () => {
  let asked: unknown;
  host.use(
    http.post('*/v1/servers/srv_01/iterate', async ({ request }) => {
      asked = await request.json();
      return HttpResponse.json({ version: 5, buildId: 'bld_01' }, { status: 202 });
    }),
  );
  const { user, router } = openApp(page);
  await user.click(await screen.findByRole('button', { name: 'Edit the code instead' }));
  await user.selectOptions(await screen.findByLabelText('Code of'), 'read_page');
  const code = screen.getByLabelText('Body of read_page, Rust');
  expect(code).toHaveValue(spec.tools[1]?.implementation);
  await user.clear(code);
  await user.type(code, 'Ok(1)');
  await user.click(screen.getByRole('button', { name: 'Build next version' }));
  await waitFor(() => expect(router.state.location.pathname).toBe('/servers/srv_01/builds/bld_01'));
  expect(asked).toEqual({ source: { tools: { read_page: 'Ok(1)' } } });
});

test('another host is sent with the whole spec, and undone with the rest', async () => {
  let asked: unknown;
  host.use(
    http.post('*/v1/servers/srv_01/iterate', async ({ request }) => {
      asked = await request.json();
      return HttpResponse.json({ version: 5, buildId: 'bld_01' }, { status: 202 });
    }),
  );
  const { user, router } = openApp(page);
  await user.click(await screen.findByRole('button', { name: 'Edit the code instead' }));
  const build = await screen.findByRole('button', { name: 'Build next version' });
  await user.type(screen.getByLabelText('Allow a host'), 'api.example.com{Enter}');
  await user.type(screen.getByLabelText('Body of search_pages, Rust'), '// x');
  await user.click(screen.getByRole('button', { name: 'Undo my changes' }));
  expect(build).toBeDisabled();
  expect(screen.queryByText('api.example.com')).toBeNull();
  await user.type(screen.getByLabelText('Allow a host'), 'api.example.com{Enter}');
  await user.click(build);
  await waitFor(() => expect(router.state.location.pathname).toBe('/servers/srv_01/builds/bld_01'));
  expect(asked).toEqual({ specEdit: { ...spec, allowedHosts: [...spec.allowedHosts, 'api.example.com'] } });
});

test('code that did not build is still there, with what is wrong at its line', async () => {
  let begun = false;
  const fifth = version({
    n: 5,
    active: false,
    state: 'failed',
    sha256: null,
    review: null,
    build: { id: 'bld_01', finishedAt: '2026-11-21T11:30:00Z', failure: { code: 'compile_error', message: 'No.' } },
  });
  host.use(
    http.post('*/v1/servers/srv_01/iterate', () => {
      begun = true;
      return HttpResponse.json({ version: 5, buildId: 'bld_01' }, { status: 202 });
    }),
    http.get('*/v1/servers/srv_01/versions', () =>
      HttpResponse.json({ versions: begun ? [fifth, ...versions] : versions, nextCursor: null }),
    ),
    http.get('*/v1/builds/bld_01', () =>
      HttpResponse.json({ id: 'bld_01', serverId: 'srv_01', state: 'failed', events: failedBuild }),
    ),
  );
  const { user } = openApp(page);
  await user.click(await screen.findByRole('button', { name: 'Edit the code instead' }));
  await user.type(await screen.findByLabelText('Body of search_pages, Rust'), '// mine');
  await user.click(screen.getByRole('button', { name: 'Build next version' }));
  await user.click(await screen.findByRole('link', { name: 'Change it and build again' }));
  expect(await screen.findByText(/^Line 8: no method named `as_arr` found/)).toBeVisible();
  expect(screen.getByLabelText<HTMLTextAreaElement>('Body of search_pages, Rust').value).toMatch(/\/\/ mine$/);
  expect(screen.getByText(/the code of version 4, with what you had changed in it/)).toBeVisible();
});

test('an uploaded version says that it has no code here', async () => {
  host.use(
    http.get('*/v1/servers/srv_01/versions/:n/source', () =>
      refuse(404, 'no_source', 'version 4 has no source here: its component was uploaded as it is'),
    ),
  );
  const { user } = openApp(page);
  await user.click(await screen.findByRole('button', { name: 'Edit the code instead' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('version 4 has no source here');
});

test('a version on an older page is found, and one that is not there is said so', async () => {
  host.use(
    http.get('*/v1/servers/srv_01/versions', ({ request }) => {
      const older = new URL(request.url).searchParams.get('cursor') === '2';
      return older
        ? HttpResponse.json({ versions: versions.slice(3), nextCursor: null })
        : HttpResponse.json({ versions: versions.slice(0, 3), nextCursor: 2 });
    }),
  );
  const { unmount } = openApp(`${page}/1`);
  expect(await screen.findByRole('heading', { name: /Version 1/ })).toBeVisible();
  unmount();
  openApp(`${page}/9`);
  expect(await screen.findByText(/There is no such version/)).toBeVisible();
});

test('changes, reasons and findings that look like markup are text', async () => {
  const [change] = versionDiff().changes;
  host.use(
    http.get('*/v1/servers/srv_01/versions', () =>
      HttpResponse.json({
        versions: [version({ n: 4, active: false, review: 'refused', reviewReason: planted }), version()],
        nextCursor: null,
      }),
    ),
    http.get('*/v1/servers/srv_01/versions/:n/diff', () =>
      HttpResponse.json(
        versionDiff({ changes: [{ ...change, what: planted, words: planted, after: planted } as never] }),
      ),
    ),
    http.get('*/v1/servers/srv_01/versions/:n/capabilities', () =>
      HttpResponse.json(versionReport({ findings: [{ pointer: '/name', excerpt: planted, why: planted }] })),
    ),
  );
  openApp(`${page}/4`);
  await waitFor(() => expect(screen.getAllByText(planted).length).toBeGreaterThan(3));
  expect(document.querySelector('img')).toBeNull();
});
