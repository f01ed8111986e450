/** JSON that is still being written, or is none: what of it can be read, and where it breaks. */

export interface Read {
  /** What has been read; undefined where nothing has. Of a string that is still open, what is there of it. */
  value: unknown;
  /** Behind the last character that belongs to it. */
  end: number;
  /** `cut`: the text ends before it does. `broken`: at `end` stands what cannot. */
  state: 'whole' | 'cut' | 'broken';
}

/** Deeper than any schema; what nests further is not read. */
const DEEPEST = 100;

/** Reads one value from `at` on, past white space. */
export function readLoosely(text: string, at = 0): Read {
  return new Reader(text, at).value(0);
}

/** The line, from 1, on which a text stops being JSON; null where it is JSON. */
export function brokenLine(text: string): number | null {
  const { state, end } = readLoosely(text);
  const rest = text.slice(end);
  if (state === 'whole' && rest.trim() === '') return null;
  const at = state === 'whole' ? end + rest.search(/\S/) : end;
  return text.slice(0, at).split('\n').length;
}

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', '\\': '\\', '/': '/' };
const words: [string, unknown][] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

class Reader {
  constructor(
    private readonly text: string,
    private at: number,
  ) {}

  value(depth: number): Read {
    this.skip();
    const first = this.text[this.at];
    if (first === undefined) return this.ended(undefined, 'cut');
    if (depth > DEEPEST) return this.ended(undefined, 'broken');
    if (first === '{') return this.object(depth);
    if (first === '[') return this.array(depth);
    if (first === '"') return this.string();
    return this.word() ?? this.number();
  }

  private object(depth: number): Read {
    const found: Record<string, unknown> = {};
    this.at += 1;
    if (this.takes('}')) return this.ended(found, 'whole');
    while (true) {
      this.skip();
      if (this.text[this.at] !== '"') return this.stopped(found);
      const key = this.string();
      if (key.state !== 'whole') return this.ended(found, key.state);
      if (!this.takes(':')) return this.stopped(found);
      const { value, state } = this.value(depth + 1);
      if (value !== undefined) Object.defineProperty(found, String(key.value), { value, ...ordinary });
      if (state !== 'whole') return this.ended(found, state);
      if (this.takes('}')) return this.ended(found, 'whole');
      if (!this.takes(',')) return this.stopped(found);
    }
  }

  private array(depth: number): Read {
    const found: unknown[] = [];
    this.at += 1;
    if (this.takes(']')) return this.ended(found, 'whole');
    while (true) {
      const { value, state } = this.value(depth + 1);
      if (value !== undefined) found.push(value);
      if (state !== 'whole') return this.ended(found, state);
      if (this.takes(']')) return this.ended(found, 'whole');
      if (!this.takes(',')) return this.stopped(found);
    }
  }

  private string(): Read {
    let found = '';
    this.at += 1;
    while (true) {
      const next = this.text[this.at];
      if (next === undefined) return this.ended(found, 'cut');
      if (next === '"') {
        this.at += 1;
        return this.ended(found, 'whole');
      }
      if (next < ' ') return this.ended(found, 'broken');
      if (next !== '\\') {
        found += next;
        this.at += 1;
        continue;
      }
      const escaped = this.escape();
      if (escaped === null) return this.ended(found, this.at + 6 > this.text.length ? 'cut' : 'broken');
      found += escaped;
    }
  }

  /** The character that is written with a backslash; null where it is not whole, or none. */
  private escape(): string | null {
    const name = this.text[this.at + 1] ?? '';
    const code = name === 'u' ? /^[\da-fA-F]{4}/.exec(this.text.slice(this.at + 2, this.at + 6))?.[0] : undefined;
    const found = code ? String.fromCharCode(Number.parseInt(code, 16)) : escapes[name];
    if (found === undefined) return null;
    this.at += code ? 6 : 2;
    return found;
  }

  private word(): Read | null {
    const rest = this.text.slice(this.at, this.at + 5);
    for (const [word, value] of words) {
      if (rest.startsWith(word)) {
        this.at += word.length;
        return this.ended(value, 'whole');
      }
      if (word.startsWith(rest)) {
        this.at = this.text.length;
        return this.ended(undefined, 'cut');
      }
    }
    return null;
  }

  private number(): Read {
    const begun = /^-?[\d.eE+-]*/.exec(this.text.slice(this.at, this.at + 40))?.[0] ?? '';
    // What ends with the text may go on.
    if (this.at + begun.length === this.text.length && begun !== '') {
      this.at = this.text.length;
      return this.ended(undefined, 'cut');
    }
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(begun)) return this.ended(undefined, 'broken');
    this.at += begun.length;
    return this.ended(Number(begun), 'whole');
  }

  private takes(mark: string): boolean {
    this.skip();
    if (this.text[this.at] !== mark) return false;
    this.at += 1;
    return true;
  }

  private skip() {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  /** Something else had to stand here. */
  private stopped(value: unknown): Read {
    return this.ended(value, this.at >= this.text.length ? 'cut' : 'broken');
  }

  private ended(value: unknown, state: Read['state']): Read {
    return { value, end: this.at, state };
  }
}

/** As by assignment, also for a key like `__proto__`. */
const ordinary = { writable: true, enumerable: true, configurable: true };
