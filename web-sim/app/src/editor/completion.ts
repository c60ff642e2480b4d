/** Completion and hover: in scripts from the engine's reference, in TOML from the tenant's names. */
import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete';
import { hoverTooltip, type Tooltip } from '@codemirror/view';
import type { ApiItem } from '../generated/types/ApiItem';
import type { ApiType } from '../generated/types/ApiType';
import type { ReferenceItem } from '../generated/types/ReferenceItem';
import { documentation, namesOf, reference } from './knowledge';

const WORD = /[\p{L}_][\p{L}\p{N}_]*/u;
/** What the hooks' parameters are. */
const VARIABLES: Readonly<Record<string, ApiType>> = {
  conversation: 'conversation',
  customer: 'customer',
  desk: 'desk',
  message: 'message',
  agent: 'agent',
};
const KEYWORDS = ['let', 'const', 'if', 'else', 'for', 'in', 'while', 'loop', 'switch', 'return', 'break', 'continue', 'fn'];

/** The type of the expression before a dot, as far as it can be told without running anything. */
export function receiverType(before: string, items: readonly ApiItem[]): ApiType | null {
  const last = /([\p{L}_][\p{L}\p{N}_]*)\s*(\([^()]*\))?\s*\.$/u.exec(before);
  if (!last) return null;
  const [, name = '', call] = last;
  const lead = before.slice(0, last.index).trimEnd();
  if (lead.endsWith('.')) {
    const receiver = receiverType(lead, items);
    const members = items.filter((item) => item.receiver !== null && item.name === name);
    return (members.find((item) => item.receiver === receiver) ?? members[0])?.returns ?? null;
  }
  if (call === undefined) return VARIABLES[name] ?? null;
  return items.find((item) => item.kind === 'function' && item.name === name)?.returns ?? null;
}

function completionOf({ api, signature }: ReferenceItem): Completion {
  const takesNothing = api.kind === 'property' || api.parameters.length === 0;
  return {
    label: api.name,
    detail: signature.slice(signature.indexOf(api.name) + api.name.length),
    type: api.kind,
    apply: (view, _completion, from, to) => {
      const insert = api.kind === 'property' ? api.name : `${api.name}()`;
      const cursor = from + insert.length - (takesNothing ? 0 : 1);
      view.dispatch({ changes: { from, to, insert }, selection: { anchor: cursor } });
    },
    info: () => documentation({ api, signature }),
  };
}

/** The function or method that the text at the cursor is an argument of, and which argument. */
export function enclosingCall(before: string): { name: string; at: number } | null {
  const call = /([\p{L}_][\p{L}\p{N}_]*)\s*\(([^()]*)$/u.exec(before);
  return call ? { name: call[1] ?? '', at: (call[2] ?? '').split(',').length - 1 } : null;
}

const completeScript: CompletionSource = async (context) => {
  const { items, hooks } = await reference();
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);

  const quoted = /"([^"]*)$/.exec(before);
  if (quoted && (before.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1) {
    const call = enclosingCall(before.slice(0, quoted.index));
    const api = call && items.find(({ api }) => api.name === call.name && api.parameters[call.at])?.api;
    const type = api && call ? api.parameters[call.at]?.type : undefined;
    const options = type ? namesOf(type) : [];
    return options.length > 0 ? { from: line.from + quoted.index + 1, options } : null;
  }

  const word = context.matchBefore(WORD);
  const from = word?.from ?? context.pos;
  const lead = before.slice(0, from - line.from);
  if (/\.$/.test(lead) && !/\.\.$/.test(lead)) {
    const type = receiverType(lead, items.map(({ api }) => api));
    const members = items.filter(({ api }) => api.receiver !== null && (type === null || api.receiver === type));
    // Where the type cannot be told, what several types have is offered once.
    const named = new Map(members.map((member) => [member.api.name, member]));
    return { from, options: [...named.values()].map(completionOf), validFor: WORD };
  }
  if (!word && !context.explicit) return null;
  const free = items.filter(({ api }) => api.kind === 'function').map(completionOf);
  const variables = Object.keys(VARIABLES).map((label) => ({ label, type: 'variable' }));
  const snippets = hooks.map((hook): Completion => ({
    label: hook.api.function,
    detail: hook.signature.slice(hook.signature.indexOf('(')),
    apply: /\bfn\s+$/.test(lead) ? `${hook.signature.replace(/^fn /, '')} {\n    \n}` : `${hook.signature} {\n    \n}`,
    info: () => documentation(hook),
  }));
  const keywords = KEYWORDS.map((label) => ({ label, type: 'keyword' }));
  const options = /\bfn\s+$/.test(lead) ? snippets : [...free, ...variables, ...keywords, ...(/^\s*$/.test(lead) ? snippets : [])];
  return { from, options, validFor: WORD };
};

/** What the values of a TOML field name. */
const FIELD_TYPES: Readonly<Record<string, ApiType>> = {
  group: 'group-name',
  groups: 'group-name',
  parent: 'group-name',
  default_group: 'group-name',
  agent: 'agent-name',
  prefer_agent: 'agent-name',
  heads: 'agent-name',
  skill: 'skill-name',
  skills: 'skill-name',
  channel: 'channel-name',
  channels: 'channel-name',
  hours: 'hours-name',
  hours_closed: 'hours-name',
  shift: 'hours-name',
  entry: 'entry-name',
};

function completeToml(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const value = /([a-z_]+)\s*=\s*(?:\[[^\]]*)?"([^"]*)$/.exec(before);
  const type = value?.[1] ? FIELD_TYPES[value[1]] : undefined;
  if (!type) return null;
  const options = namesOf(type);
  return options.length > 0 ? { from: context.pos - (value?.[2]?.length ?? 0), options } : null;
}

export function completionFor(path: string): CompletionSource {
  return path.endsWith('.rhai') ? completeScript : completeToml;
}

/** The documentation of the word under the pointer. */
export const scriptHover = hoverTooltip(async (view, pos): Promise<Tooltip | null> => {
  const line = view.state.doc.lineAt(pos);
  const words = [...line.text.matchAll(new RegExp(WORD, 'gu'))];
  const word = words.find(({ 0: text, index }) => pos >= line.from + index && pos <= line.from + index + text.length);
  if (!word) return null;
  const { items, hooks } = await reference();
  const before = line.text.slice(0, word.index);
  const isMember = /\.\s*$/.test(before);
  const named = items.filter(({ api }) => api.name === word[0] && (api.receiver !== null) === isMember);
  const type = isMember ? receiverType(before.trimEnd(), items.map(({ api }) => api)) : null;
  const found =
    named.find(({ api }) => api.receiver === type) ??
    named[0] ??
    hooks.find(({ api }) => !isMember && api.function === word[0]);
  if (!found) return null;
  const from = line.from + word.index;
  return { pos: from, end: from + word[0].length, above: true, create: () => ({ dom: documentation(found) }) };
});
