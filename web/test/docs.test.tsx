import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { blocksOf } from '@/features/docs/blocks';
import { pages } from '@/features/docs/pages';
import { spansOf } from '@/lib/spans';
import { host, signedOut } from './host';
import { openApp } from './render';

const repository = join(import.meta.dirname, '../..');

const texts = pages.map(({ slug }) => ({ slug, text: read(`web/src/features/docs/pages/${slug}.md`) }));

function read(file: string): string {
  return readFileSync(join(repository, file), 'utf8');
}

/** Beside the scripts, in the built app. */
const served = http.get('*/src/features/docs/pages/:file', ({ params }) =>
  HttpResponse.text(texts.find(({ slug }) => `${slug}.md` === params.file)?.text),
);

/** Without what a sample may leave out: how deep it stands. */
function flat(code: string): string {
  return code
    .split('\n')
    .map((line) => line.trim())
    .join('\n');
}

test('every sample is one that is there', () => {
  const samples = texts.flatMap(({ text }) => blocksOf(text).filter((block) => block.kind === 'sample'));
  expect(samples.length).toBeGreaterThan(8);
  for (const { from, code } of samples) {
    expect(flat(read(from)), from).toContain(flat(code));
  }
});

test('every page is listed, its parts have names of their own, and its links lead somewhere', () => {
  const files = readdirSync(join(import.meta.dirname, '../src/features/docs/pages'));
  expect(pages.map(({ slug }) => `${slug}.md`).sort()).toEqual(files.sort());
  const places = ['/', '/templates', '/docs/api', ...pages.map(({ slug }) => `/docs/${slug}`)];
  for (const { slug, text } of texts) {
    const ids = blocksOf(text).flatMap((block) => (block.kind === 'heading' ? [block.id] : []));
    expect(new Set(ids).size, slug).toBe(ids.length);
    for (const span of spansOf(text)) if (span.kind === 'link') expect(places, slug).toContain(span.href);
  }
});

test('everyone reads the documentation, and finds the next page', async () => {
  host.use(signedOut, served);
  const { user } = openApp('/docs');
  expect(await screen.findByRole('heading', { level: 1, name: 'Quickstart' })).toBeVisible();
  const list = () => within(screen.getByRole('navigation', { name: 'Documentation' }));
  await user.click(list().getByRole('link', { name: 'Writing tools' }));
  expect(await screen.findByRole('heading', { level: 1, name: 'Writing tools' })).toBeVisible();
  expect(await screen.findByRole('region', { name: 'Sample 1, from guest-sdk/README.md' })).toHaveTextContent(
    '{API_TOKEN}',
  );
  expect(list().getByRole('link', { name: 'Requests' })).toHaveAttribute('href', '#requests');
  await user.click(within(screen.getByRole('article')).getByRole('link', { name: 'Capabilities and security' }));
  expect(await screen.findByRole('heading', { level: 1, name: 'Capabilities and security' })).toBeVisible();
});

test('a page that is not there says so', async () => {
  openApp('/docs/nonsense');
  expect(await screen.findByRole('heading', { name: 'There is no such page' })).toBeVisible();
  expect(screen.getByRole('link', { name: 'Questions' })).toHaveAttribute('href', '/docs/faq');
});

test('a page that a newer version has replaced says so', async () => {
  host.use(http.get('*/src/features/docs/pages/:file', () => new HttpResponse(null, { status: 404 })));
  openApp('/docs/faq');
  expect(await screen.findByRole('alert')).toHaveTextContent(/newer version of Cloche/);
  expect(screen.getByRole('button', { name: 'Reload' })).toBeVisible();
});
