import { HighlightStyle } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** The editor in the app's colours, light or dark: custom properties reach into its shadow root. */
export const look = EditorView.theme({
  '&': {
    color: 'var(--ink)',
    fontSize: '12px',
    maxHeight: '28rem',
    borderRadius: 'inherit',
    backgroundColor: 'var(--surface)',
  },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px', overflow: 'auto', borderRadius: 'inherit' },
  '.cm-content, .cm-gutter': { minHeight: '7rem' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 16px 0 4px' },
  '.cm-gutters': { color: 'var(--muted)', backgroundColor: 'var(--surface)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': {
    minWidth: '3rem',
    padding: '0 12px 0 8px',
    fontVariantNumeric: 'tabular-nums',
  },
  '.cm-content ::selection': { backgroundColor: 'color-mix(in srgb, var(--accent) 25%, transparent)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-wash)' },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'transparent' },
  '.wrong': { backgroundColor: 'var(--broken-wash)' },
  // The other colours do not stand out enough there.
  '.wrong span': { color: 'var(--ink)' },
  '.words': {
    padding: '2px 16px 4px 4px',
    color: 'var(--broken)',
    backgroundColor: 'var(--broken-wash)',
    fontFamily: 'var(--font-sans)',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
});

/** Ink and one green: amber, red and blue mean something else here. */
export const colours = HighlightStyle.define([
  { tag: [tags.comment, tags.meta], color: 'var(--muted)', fontStyle: 'italic' },
  { tag: tags.keyword, fontWeight: '600' },
  {
    tag: [tags.string, tags.special(tags.string), tags.number, tags.bool, tags.standard(tags.variableName)],
    color: 'var(--accent)',
  },
  { tag: [tags.punctuation, tags.operator], color: 'var(--muted)' },
]);
