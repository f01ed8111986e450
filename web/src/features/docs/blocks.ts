/** The few marks that these pages are written with, read into blocks. Whatever is none of them is text. */

export type Block =
  | { kind: 'heading'; id: string; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'list'; ordered: boolean; items: string[] }
  /** `from` is the file of the repository that it stands in. */
  | { kind: 'sample'; language: string; from: string; code: string };

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.trim().split('\n');
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i] ?? '';
    if (line.startsWith('```')) {
      const [language = '', from = ''] = line.slice(3).split(' ');
      const end = lines.indexOf('```', i + 1);
      blocks.push({ kind: 'sample', language, from, code: lines.slice(i + 1, end).join('\n') });
      i = end;
    } else if (line.startsWith('## ')) {
      const text = line.slice(3);
      blocks.push({ kind: 'heading', id: idOf(text), text });
    } else if (/^(- |\d+\. )/.test(line)) {
      const ordered = !line.startsWith('- ');
      const text = line.replace(/^(- |\d+\. )/, '');
      const last = blocks.at(-1);
      if (last?.kind === 'list' && last.ordered === ordered && lines[i - 1] !== '') last.items.push(text);
      else blocks.push({ kind: 'list', ordered, items: [text] });
    } else if (line !== '') {
      const last = blocks.at(-1);
      // A line that goes on with the one before.
      if (lines[i - 1] && last?.kind === 'paragraph') last.text += ` ${line.trim()}`;
      else if (lines[i - 1] && last?.kind === 'list') last.items.push(`${last.items.pop()} ${line.trim()}`);
      else blocks.push({ kind: 'paragraph', text: line });
    }
  }
  return blocks;
}

export function idOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
