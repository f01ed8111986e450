/** Lines that stay, on either side of those that change. */
const AROUND = 2;

/** Two texts as one diff: what they begin and end with alike is left out, but for the lines beside the change. */
export function between(before: string[], after: string[]): string[] {
  const most = Math.min(before.length, after.length);
  let begin = 0;
  while (begin < most && before[begin] === after[begin]) begin += 1;
  let end = 0;
  while (end < most - begin && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const stays = (lines: string[]) => lines.map((line) => ` ${line}`);
  const [gone, come] = [before.slice(begin, before.length - end), after.slice(begin, after.length - end)];
  return [
    ...stays(after.slice(Math.max(0, begin - AROUND), begin)),
    ...gone.map((line) => `-${line}`),
    ...come.map((line) => `+${line}`),
    ...stays(after.slice(after.length - end, after.length - end + AROUND)),
  ];
}
