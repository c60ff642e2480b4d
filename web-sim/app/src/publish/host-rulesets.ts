/** What the page asks of a host on a ruleset's way from draft to live. */
import { isModule, type Files } from '../engine/protocol';
import type { CanaryGuards } from '../generated/types/CanaryGuards';
import type { GuardMetric } from '../generated/types/GuardMetric';
import type { Report } from '../generated/types/Report';
import type { Tally } from '../generated/types/Tally';
import { ask, HostProblem } from '../modules/host';

/** The stages on the way, in order. */
export const STAGES = ['draft', 'checked', 'tested', 'simulated', 'shadow', 'canary', 'live'] as const;
export type Stage = (typeof STAGES)[number] | 'rolled-back' | 'withdrawn';

/** Where one side of a difference would have sent a conversation. */
export interface Decided {
  rules: readonly string[];
  plan: Readonly<Record<string, unknown>> | null;
}

export interface Differences {
  decisions: number;
  differing: number;
  rules: Readonly<Record<string, { live: number; candidate: number }>>;
  failures: Readonly<Record<string, number>>;
  switched_off: readonly string[];
  examples: readonly { conversation: number; at: string; live: Decided; candidate: Decided }[];
}

export interface Canary {
  share_percent: number;
  guards: CanaryGuards;
  /** Only while it runs. */
  since?: string;
  chosen?: Tally;
  others?: Tally;
  readings?: Readonly<Record<GuardMetric, number>>;
}

export interface Candidate {
  number: number;
  stage: Stage;
  author: string;
  note: string;
  created_at: string;
  changed_at: string;
  revision?: string;
  tests?: { passed: number; failed: number; override?: { by: string; reason: string } };
  has_report: boolean;
  differences?: Differences;
  canary?: Canary;
  ended?: { reason: string; metric?: GuardMetric; reading?: number; limit?: number; seq?: number };
  live_number?: number;
}

export interface Published {
  number: number;
  revision: string;
  author: string;
  note: string;
  at: string;
  candidate?: number;
}

export type Content = string | { module: string };

export interface ChangedFile {
  path: string;
  from?: Content;
  to?: Content;
}

async function get<T>(path: string): Promise<T> {
  return (await ask(`/v1/rulesets/${path}`)).json();
}

async function send<T>(path: string, body: unknown, method = 'POST'): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return (await ask(`/v1/rulesets/${path}`, { method, headers, body: JSON.stringify(body) })).json();
}

/** `null` in the place of what is not there. */
async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HostProblem && error.status === 404) return null;
    throw error;
  }
}

export const lastCandidate = () => orNull(get<Candidate>('candidate'));
export const liveRevision = () => orNull(get<Published>('live'));
export const reportOf = (candidate: number) => get<Report>(`candidates/${candidate}/report`);
export const differing = async (from: string, to: string) =>
  (await get<{ files: ChangedFile[] }>(`diff?from=${from}&to=${to}`)).files;
export const history = async () => (await get<{ items: Published[] }>('history?limit=50')).items;

/** Makes a candidate of these files: they become the host's draft, and the draft a candidate. */
export async function makeCandidate(files: Files, note: string): Promise<Candidate> {
  const contents = Object.entries(files).map(([path, text]) => [path, isModule(path) ? { module: text } : text]);
  const { draft } = await send<{ draft: string }>('draft', { files: Object.fromEntries(contents) }, 'PUT');
  return send('candidates', { expected_draft: draft, note });
}

/** Takes a candidate to its next stage. Refused where it is at another than `stage` by now. */
export function step({ number, stage }: Candidate, to: string, body: object = {}): Promise<unknown> {
  return send(`candidates/${number}/${to}`, { stage, ...body });
}

/** Makes an earlier revision live again. */
export function rollBack(number: number, live: string, note: string): Promise<unknown> {
  return send('rollback', { number, expected_revision: live, note });
}
