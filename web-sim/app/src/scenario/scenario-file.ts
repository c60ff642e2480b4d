/** Where a tenant's scenarios are. */

/** The folder, with the stroke that names in it follow. */
export const SCENARIOS = 'scenarios/';

export function scenarioFile(slug: string): string {
  return `${SCENARIOS}${slug}.toml`;
}
