/** What is there for everyone to read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, test } from 'vitest';
import { blocksOf } from '@/features/docs/blocks';
import { walk } from '@/features/security/walk';
import { host, signedOut } from './host';
import { openApp } from './render';

function read(file: string): string {
  return readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
}

test('reviewers read what holds a server, and how to check it', async () => {
  host.use(signedOut);
  openApp('/security');
  expect(await screen.findByRole('heading', { level: 1, name: 'Security' })).toBeVisible();
  for (const name of ['What a server can reach', 'How a secret travels', 'What is not promised']) {
    expect(screen.getByRole('region', { name })).toBeVisible();
  }
  expect(screen.getByRole('region', { name: 'Walk of a reviewer, from SECURITY.md' })).toHaveTextContent(
    'cloche rebuild',
  );
  const report = screen.getByRole('region', { name: 'Report a vulnerability' });
  expect(report).toHaveTextContent('Please do not open an issue');
  expect(document.title).toBe('Security · Cloche');
});

test('the walk is the one of SECURITY.md', () => {
  expect(read('SECURITY.md')).toContain(walk);
});

test('the changelog is the repository’s own', async () => {
  const text = read('CHANGELOG.md');
  host.use(
    signedOut,
    http.get('*/CHANGELOG.md', () => HttpResponse.text(text)),
  );
  openApp('/changelog');
  expect(await screen.findByRole('heading', { level: 1, name: 'Changelog' })).toBeVisible();
  const main = within(screen.getByRole('main'));
  expect(await main.findByRole('heading', { name: 'Unreleased' })).toBeVisible();
  expect(main.getAllByRole('heading', { level: 1 })).toHaveLength(1);
  const items = blocksOf(text).flatMap((block) => (block.kind === 'list' ? block.items : []));
  expect(main.getAllByRole('listitem')).toHaveLength(items.length);
  // An entry that goes on over several lines is one.
  expect(items.every((item) => /[.:)]$/.test(item))).toBe(true);
});
