/** A visit that went as it should, written down as a rule test: from then on every edit is held against it. */
import type { PlanTold } from '../generated/types/PlanTold';
import type { Visit } from '../generated/types/Visit';

/** Where tests that come from the page are kept. */
export const KEPT_TESTS = 'tests/kept.toml';
const HEADER = '# Kept from conversations on the page: each goes where it went when it was kept.\n';

/** A TOML basic string. JSON's escapes are TOML's, but for the one control character that JSON lets stand. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}

function list(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(', ')}]`;
}

/** The names of the tests that a file has. */
function namesIn(file: string): Set<string> {
  return new Set([...file.matchAll(/^name = (".*")$/gm)].map(([, name]) => JSON.parse(name ?? '""') as string));
}

/** `name`, or `name (2)`, `name (3)` … where there is one of that name already. */
function unused(name: string, file: string): string {
  const names = namesIn(file);
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name} (${number})`;
    if (!names.has(candidate)) return candidate;
  }
}

/** What the test expects: where the rules send the conversation, and what they ask for. */
function expectation({ target, source, skills, tier, tags, risks, priority }: PlanTold): string[] {
  const lines: string[] = [];
  if (target.kind === 'group') lines.push(`group = ${quoted(target.group.slug)}`);
  if (target.kind === 'agent') lines.push(`agent = ${quoted(target.agent.slug)}`);
  if (target.kind === 'away' && source.kind === 'rule') {
    const { to } = target;
    if (to.kind === 'bot') lines.push(`bot = ${quoted(to.name)}`);
    if (to.kind === 'leave-message') lines.push('leave_message = true');
    if (to.kind === 'ticket') lines.push('ticket = true');
  }
  if (source.kind === 'rule') lines.push(`rule = ${quoted(source.rule.slug)}`);
  if (skills.length > 0) lines.push(`skills = ${list(skills.map(({ skill }) => skill.slug))}`);
  if (tier !== null) lines.push(`tier = ${tier}`);
  if (tags.length > 0) lines.push(`tags = ${list(tags)}`);
  if (risks.length > 0) lines.push(`risk = ${list(risks)}`);
  return lines.length > 0 ? lines : [`priority = ${priority}`];
}

/** The file with one more test in it. `file`: what it says so far, empty for nothing. */
export function withTest(file: string, name: string, visit: Visit, plan: PlanTold): string {
  const lines = ['', '[[test]]', `name = ${quoted(unused(name, file))}`, `text = ${quoted(visit.text)}`];
  if (visit.channel !== null) lines.push(`channel = ${quoted(visit.channel)}`);
  if (visit.entry !== null) lines.push(`entry = ${quoted(visit.entry)}`);
  if (visit.language !== null) lines.push(`language = ${quoted(visit.language)}`);
  if (visit.vip > 0) lines.push(`vip = ${visit.vip}`);
  if (visit.returning) lines.push('returning = true');
  const attributes = Object.entries(visit.attributes).map(([key, value]) => `${quoted(key)} = ${quoted(value)}`);
  if (attributes.length > 0) lines.push(`attributes = { ${attributes.join(', ')} }`);
  if (visit.at !== null) lines.push(`at = ${quoted(visit.at)}`);
  lines.push('[test.expect]', ...expectation(plan), '');
  return (file === '' ? HEADER : file.replace(/\n*$/, '\n')) + lines.join('\n');
}
