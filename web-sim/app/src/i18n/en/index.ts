import type { Catalogue } from '../zh';
import { analysis } from './analysis';
import { blame } from './blame';
import { compare } from './compare';
import { editor } from './editor';
import { findings } from './findings';
import { floor } from './floor';
import { life } from './life';
import { modules } from './modules';
import { publish } from './publish';
import { replay } from './replay';
import { scenario } from './scenario';
import { share } from './share';
import { shell } from './shell';
import { simulate } from './simulate';
import { staffing } from './staffing';
import { tests } from './tests';
import { visitor } from './visitor';
import { words } from './words';

/** English. */
export const en: Catalogue = { scenario, share, shell, analysis, compare, editor, findings, floor, modules, publish, replay, visitor, simulate, tests, words, life, blame, staffing };
