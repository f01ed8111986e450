/** What is wrong with a text, at its lines: the line is marked, and the words stand under it, also without a pointer. */
import { type ChangeSet, type Range, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';
import type { Mark } from '@/lib/diagnostics';

export const setMarks = StateEffect.define<readonly Mark[]>();

const wrong = Decoration.line({ class: 'wrong' });

class Words extends WidgetType {
  constructor(private readonly words: string) {
    super();
  }

  override eq(other: Words) {
    return other.words === this.words;
  }

  override toDOM() {
    const box = document.createElement('div');
    box.className = 'words';
    box.textContent = this.words;
    return box;
  }
}

function drawn(all: readonly Mark[], doc: Text): DecorationSet {
  const found: Range<Decoration>[] = [];
  for (const { line, endLine, message } of all) {
    // Of generated code, or of a text that has become shorter.
    if (line < 1 || line > doc.lines) continue;
    const last = Math.min(Math.max(endLine ?? line, line), doc.lines);
    for (let n = line; n <= last; n += 1) found.push(wrong.range(doc.line(n).from));
    found.push(Decoration.widget({ widget: new Words(message), block: true, side: 1 }).range(doc.line(last).to));
  }
  return Decoration.set(found, true);
}

/** Those of lines that were not written in: what was said of the others may be mended. */
function untouched(before: DecorationSet, changes: ChangeSet, doc: Text): DecorationSet {
  let left = before;
  changes.iterChangedRanges((from, to) => {
    const [first, last] = [doc.lineAt(from).from, doc.lineAt(to).to];
    left = left.update({ filter: (at) => at < first || at > last });
  });
  return left;
}

export const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (before, { changes, effects, startState, newDoc }) =>
    effects.reduce(
      (marks, effect) => (effect.is(setMarks) ? drawn(effect.value, newDoc) : marks),
      untouched(before, changes, startState.doc).map(changes),
    ),
  provide: (field) => EditorView.decorations.from(field),
});
