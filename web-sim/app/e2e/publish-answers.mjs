/** A host's answers about publishing, for tests that look at the drawer and need no host. */

const plan = (group) => ({
  target: { group },
  prefer: null,
  skills: ['refund'],
  priority: 5,
  tier: null,
  tags: ['refund'],
  risks: [],
  wait_ms_max: null,
  replies: [],
});
const at = '2026-09-01T09:00:00Z';
const base = {
  number: 3,
  author: 'admin',
  note: 'refunds to the second line',
  created_at: at,
  changed_at: at,
  revision: 'ab'.repeat(32),
  tests: { passed: 31, failed: 1, override: { by: 'admin', reason: 'the second line is closed today' } },
  has_report: false,
};
const tally = (opened) => ({ opened, fell_back: 2, abandoned: 1, failures: 0 });

/** Candidates by their stage. */
export const candidates = {
  checked: { ...base, stage: 'checked' },
  shadow: {
    ...base,
    stage: 'shadow',
    differences: {
      decisions: 1204,
      differing: 31,
      rules: { '90-refund': { live: 31, candidate: 28 }, '95-new': { live: 0, candidate: 12 } },
      failures: { '99-slow': 5 },
      switched_off: ['99-slow'],
      examples: Array.from({ length: 12 }, (_, number) => ({
        conversation: 800 + number,
        at,
        trigger: 'opened',
        live: { rules: ['90-refund'], plan: plan('after-sales') },
        candidate: { rules: ['90-refund', '95-new'], plan: plan('complaints') },
      })),
    },
  },
  canary: {
    ...base,
    stage: 'canary',
    canary: {
      share_percent: 20,
      guards: {
        waiting: 10,
        longest_wait_ms: 180_000,
        online_min: null,
        unanswered: 5,
        fallback_points: 10,
        abandoned_points: 10,
        failures: 5,
      },
      since: at,
      chosen: tally(231),
      others: tally(922),
      readings: { waiting: 4, 'longest-wait': 151_000, online: 12, unanswered: 1, fallback: -2, abandoned: 0, failures: 0 },
    },
  },
  'rolled-back': {
    ...base,
    stage: 'rolled-back',
    ended: { reason: '10 conversations wait, the guard is 10', metric: 'waiting', reading: 10, limit: 10, seq: 812 },
  },
};

const revisions = [
  { number: 2, revision: 'cd'.repeat(32), author: 'admin', note: 'before the rush', at },
  { number: 1, revision: 'ef'.repeat(32), author: 'setup', note: '', at },
];
const files = [
  { path: 'rules/90-refund.toml', from: 'name = "a"\n[then]\ngroup = "x"\n', to: 'name = "a"\n[then]\ngroup = "y"\n' },
  { path: 'rules/95-new.toml', to: 'name = "n"\n' },
];

/** Answers as a host would that somebody is signed in to, with a candidate at this stage; then opens the drawer. */
export async function openPublishing(page, stage, more = {}) {
  const answers = {
    '/v1/session': { name: 'admin', tenant: 'shop' },
    '/v1/rulesets/live': revisions[0],
    '/v1/rulesets/candidate': candidates[stage],
    '/v1/rulesets/history': { items: revisions },
    '/v1/rulesets/diff': { files },
    ...more,
  };
  await page.route('**/v1/**', (route) => route.fulfill({ json: answers[new URL(route.request().url()).pathname] ?? {} }));
  await page.getByTestId('publish').click();
  await page.locator(`[data-testid="way"][data-stage="${stage}"]`).waitFor();
}
