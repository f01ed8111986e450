import { indentUnit, LanguageSupport, StreamLanguage, type StreamParser } from '@codemirror/language';
import { rust } from '@codemirror/legacy-modes/mode/rust';

export type Language = 'rust' | 'json';

/** Enough of JSON to colour it; whether it is JSON is told elsewhere. */
const json: StreamParser<null> = {
  name: 'json',
  token: (stream) => {
    if (stream.eatSpace()) return null;
    if (stream.match(/^"(?:[^"\\]|\\.)*"?(?=\s*:)/)) return 'propertyName';
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return 'string';
    if (stream.match(/^-?\d[\d.eE+-]*/)) return 'number';
    if (stream.match(/^(?:true|false|null)\b/)) return 'bool';
    stream.next();
    return 'punctuation';
  },
};

export function languageOf(language: Language) {
  return language === 'rust'
    ? new LanguageSupport(StreamLanguage.define(rust), indentUnit.of('    '))
    : new LanguageSupport(StreamLanguage.define(json), indentUnit.of('  '));
}
