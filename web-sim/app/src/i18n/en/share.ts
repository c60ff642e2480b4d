import type { share as zh } from '../zh/share';

export const share: typeof zh = {
  title: 'Share',
  link: 'Copy a link',
  markdown: 'Copy a Markdown link',
  save: 'Download this run',
  open: 'Open a run file…',
  table: 'Export a table (CSV)',
  json: 'Export the result (JSON)',
  copied: 'Copied: whoever opens it sees the same rules, scenario and seed',
  copiedWithoutModules: 'Copied. Modules do not travel by link: whoever opens it has to add them',
  notCopied: 'The browser does not allow copying',
  linkTooLong: 'There are too many changes for a link: use “Download this run”',
  opened: 'Opened with the changes that came with it ({{changes}} files)',
  conflictTitle: 'Replace your changes?',
  conflict: 'What came has changes to {{changes}} files; you have changed {{own}} yourself. Yours will be replaced.',
  replace: 'Replace',
  keepOwn: 'Keep mine',
  sameDigest: 'The result is the same as in the file, byte for byte',
  otherDigest: 'The result is not that of the file: the engine or the example has changed since',
  problem: {
    broken: 'The link or file is incomplete: nothing was opened',
    'other-version': 'It comes from another version of Pointsman and cannot be opened here',
    'too-large': 'It is too large and was not opened',
    'unknown-tenant': 'There is no tenant here of the name that the file gives',
  },
};
