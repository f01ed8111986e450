/** The code editor itself. It comes in a piece of its own, once a page shows code to change. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import type { Mark } from '@/lib/diagnostics';
import { type Language, languageOf } from './languages';
import { marks as marksField, setMarks } from './marks';
import { colours, look } from './theme';

interface Wanted {
  text: string;
  language: Language;
  label: string;
  onText: (text: string) => void;
  onBlur: () => void;
}

export interface Editor {
  setText: (text: string) => void;
  setMarks: (marks: readonly Mark[]) => void;
  /** What is read out besides the label, and whether that is an error. */
  describe: (words: string, wrong: boolean) => void;
  destroy: () => void;
}

/**
 * Puts an editor into an element. It stands in a shadow root: there its styles are sheets made by script, which a policy
 * against inline styles lets in, and the page's own do not reach it.
 */
export function mountEditor(parent: HTMLElement, { text, language, label, onText, onBlur }: Wanted): Editor {
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' });
  const note = document.createElement('p');
  note.id = 'note';
  note.hidden = true;
  root.replaceChildren(note);
  const attributes = new Compartment();
  const named = (wrong: boolean) =>
    EditorView.contentAttributes.of({
      'aria-label': label,
      'aria-describedby': note.id,
      'aria-invalid': String(wrong),
      tabindex: '0',
      spellcheck: 'false',
      autocapitalize: 'none',
      autocorrect: 'off',
    });
  const state = EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      history(),
      languageOf(language),
      bracketMatching(),
      indentOnInput(),
      syntaxHighlighting(colours),
      look,
      marksField,
      // Tab indents; Escape lets the next Tab leave.
      keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
      attributes.of(named(false)),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onText(update.state.doc.toString());
      }),
      EditorView.domEventHandlers({ blur: onBlur, beforeinput: replaces }),
    ],
  });
  const view = new EditorView({ state, root, parent: root as unknown as HTMLElement });
  return {
    setText: (text) => {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    setMarks: (marks) => view.dispatch({ effects: setMarks.of(marks) }),
    describe: (words, wrong) => {
      note.textContent = words;
      view.dispatch({ effects: attributes.reconfigure(named(wrong)) });
    },
    destroy: () => view.destroy(),
  };
}

/**
 * Puts text in place of a selection itself. The browser would keep the look of what was selected by an inline style, which
 * the policy refuses, and reports.
 */
function replaces(event: InputEvent, view: EditorView): boolean {
  const { inputType, data, isComposing } = event;
  if (inputType !== 'insertText' || !data || isComposing) return false;
  const { from, to } = selectedNow(view);
  if (from === to && data.length === 1) return false;
  event.preventDefault();
  const insert = view.state.toText(data);
  const changes = { from, to, insert };
  view.dispatch({
    changes,
    selection: { anchor: from + insert.length },
    userEvent: 'input.type',
    scrollIntoView: true,
  });
  return true;
}

/** What is selected in the page: what the editor knows of that may be a moment old. */
function selectedNow(view: EditorView): { from: number; to: number } {
  const root = view.root as DocumentOrShadowRoot & { getSelection?: () => Selection | null };
  const selection = root.getSelection?.();
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection ?? {};
  if (!anchorNode || !focusNode || !view.contentDOM.contains(anchorNode) || !view.contentDOM.contains(focusNode))
    return view.state.selection.main;
  const ends = [view.posAtDOM(anchorNode, anchorOffset), view.posAtDOM(focusNode, focusOffset)];
  return { from: Math.min(...ends), to: Math.max(...ends) };
}
