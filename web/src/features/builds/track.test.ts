import { expect, test } from 'vitest';
import { events, failedBuild, liveBuild } from '../../../test/fixtures';
import { withEvent } from './follow';
import { totalMs, track } from './track';

function progress(of: Parameters<typeof track>[0]): string {
  return track(of)
    .map((stage) => stage.progress)
    .join(' ');
}

test('the track says how far the build is', () => {
  expect(progress([])).toBe('ahead ahead ahead ahead ahead ahead ahead');
  expect(progress(liveBuild.slice(0, 3))).toBe('done done now ahead ahead ahead ahead');
  expect(progress(liveBuild)).toBe('done done done done done done done');
  expect(progress(failedBuild)).toBe('done done failed ahead ahead ahead ahead');
});

test('times of repeated stages add up', () => {
  const repaired = events(['compiling', 0], ['generating', 500], ['compiling', 900], ['inspecting', 1300]);
  expect(track(repaired).find(({ state }) => state === 'compiling')?.spentMs).toBe(900);
  expect(totalMs(repaired)).toBe(1300);
});

test('a replayed event is taken once, and order is by number', () => {
  const [first, second, third] = liveBuild;
  if (!first || !second || !third) throw new Error('fixture');
  expect([third, first, second, first, third].reduce(withEvent, [] as typeof liveBuild)).toEqual([
    first,
    second,
    third,
  ]);
});
