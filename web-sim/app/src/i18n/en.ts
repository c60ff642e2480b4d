import type { Catalogue } from './zh';

/** English. */
export const en: Catalogue = {
  title: 'Pointsman · conversation routing',
  engine: {
    version: 'Engine version {{version}}',
    loading: 'Loading the engine…',
    failed: 'The engine did not start: {{message}}',
  },
};
