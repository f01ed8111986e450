import { expect, test } from 'vitest';
import { actionsFor, effectOf, outcomeOf, type Standing } from './actions';

const standing: Standing = { title: 'Notion notes', status: 'published', verified: false };

test('only what the host takes is offered', () => {
  expect(actionsFor(standing)).toEqual(['verify', 'hide', 'takedown']);
  expect(actionsFor({ ...standing, verified: true })).toEqual(['unverify', 'hide', 'takedown']);
  expect(actionsFor({ ...standing, status: 'unpublished' })).toEqual(['hide', 'takedown']);
  expect(actionsFor({ ...standing, status: 'hidden' })).toEqual(['restore', 'takedown']);
  expect(actionsFor({ ...standing, status: 'taken_down' })).toEqual(['restore']);
  expect(actionsFor({ ...standing, verified: true, pending: true })).toEqual([
    'unverify',
    'keep_up',
    'hide',
    'takedown',
  ]);
});

test('a takedown names what stops, and who else it takes', () => {
  expect(effectOf('takedown', standing)).toContain('Every fork of it stops at once');
  expect(effectOf('takedown', standing)).not.toContain('two admins');
  expect(effectOf('takedown', { ...standing, verified: true })).toContain('two admins');
});

test('what came of it is told', () => {
  const moderated = { slug: 'a', status: 'taken_down', verified: false, awaitsSecondAdmin: false, stopped: 1 } as const;
  expect(outcomeOf(moderated, 'takedown')).toBe('Taken down: 1 fork stopped.');
  expect(outcomeOf({ ...moderated, awaitsSecondAdmin: true }, 'takedown')).toContain('another admin');
  expect(outcomeOf({ ...moderated, status: 'unpublished' }, 'restore')).toContain('withdrawn');
});
