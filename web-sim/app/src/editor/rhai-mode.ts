/**
 * Colours for Rhai while one types. The engine's own parser says what is right; this only tells words, texts, numbers
 * and comments apart, so that a line has its colours before the engine has answered.
 */
import { StreamLanguage, type StreamParser } from '@codemirror/language';

const KEYWORDS =
  /^(?:fn|let|const|if|else|switch|for|in|while|loop|do|until|break|continue|return|throw|try|catch|private|this|is|as|import|export|global)$/;
const ATOMS = /^(?:true|false)$/;

interface State {
  /** Depth of nested block comments; `template`: inside backticks. */
  comment: number;
  template: boolean;
  /** Braces open inside each `${ … }`, innermost last. */
  braces: number[];
}

const parser: StreamParser<State> = {
  name: 'rhai',
  startState: () => ({ comment: 0, template: false, braces: [] }),
  copyState: (state) => ({ ...state, braces: [...state.braces] }),
  languageData: { commentTokens: { line: '//', block: { open: '/*', close: '*/' } }, closeBrackets: { brackets: ['(', '[', '{', '"', '`'] } },
  token(stream, state) {
    if (state.comment > 0) {
      while (!stream.eol()) {
        if (stream.match('*/')) {
          state.comment -= 1;
          if (state.comment === 0) break;
        } else if (stream.match('/*')) state.comment += 1;
        else stream.next();
      }
      return 'comment';
    }
    if (state.template) return template(stream, state);
    if (stream.eatSpace()) return null;
    if (stream.match('//')) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match('/*')) {
      state.comment = 1;
      return 'comment';
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'/)) return 'string';
    if (stream.eat('`')) {
      state.template = true;
      return 'string';
    }
    if (stream.match(/^(?:0x[\da-f_]+|0o[0-7_]+|0b[01_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:e[+-]?\d+)?)/i)) return 'number';
    const word = stream.match(/^[\p{L}_][\p{L}\p{N}_]*/u);
    if (word && word !== true) return kindOf(word[0] ?? '', stream.string, stream.start, stream.pos);
    const character = stream.next();
    const depth = state.braces.length - 1;
    if (character === '{' && depth >= 0) state.braces[depth] = (state.braces[depth] ?? 0) + 1;
    if (character === '}' && depth >= 0) {
      const open = state.braces[depth] ?? 0;
      if (open > 0) state.braces[depth] = open - 1;
      else {
        state.braces.pop();
        state.template = true;
        return 'punctuation';
      }
    }
    return /[{}()[\],;.:#]/.test(character ?? '') ? 'punctuation' : 'operator';
  },
};

function template(stream: Parameters<typeof parser.token>[0], state: State): string {
  if (stream.match('${')) {
    state.template = false;
    state.braces.push(0);
    return 'punctuation';
  }
  while (!stream.eol() && !stream.match('${', false)) {
    if (stream.next() === '`') {
      state.template = false;
      break;
    }
  }
  return 'string';
}

function kindOf(word: string, line: string, start: number, end: number): string {
  const before = line.slice(0, start);
  const after = line.slice(end);
  if (/\.\s*$/.test(before) && !/\.\.\s*$/.test(before)) return /^\s*\(/.test(after) ? 'propertyName.function' : 'propertyName';
  if (KEYWORDS.test(word)) return 'keyword';
  if (ATOMS.test(word)) return 'bool';
  if (/\bfn\s+$/.test(before)) return 'variableName.definition.function';
  if (/^\s*\(/.test(after)) return 'variableName.function';
  if (/^[A-Z][A-Z\d_]+$/.test(word)) return 'variableName.constant';
  return 'variableName';
}

export const rhai = StreamLanguage.define(parser);
