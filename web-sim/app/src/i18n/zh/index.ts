/** Chinese, and by its shape the list of every text on the page: English must have the same keys. */
import { analysis } from './analysis';
import { blame } from './blame';
import { compare } from './compare';
import { editor } from './editor';
import { floor } from './floor';
import { modules } from './modules';
import { publish } from './publish';
import { scenario } from './scenario';
import { share } from './share';
import { shell } from './shell';
import { simulate } from './simulate';
import { staffing } from './staffing';
import { tests } from './tests';
import { visitor } from './visitor';
import { words } from './words';

export const zh = { scenario, share, shell, analysis, blame, compare, editor, floor, modules, publish, visitor, simulate, staffing, tests, words };

export type Catalogue = typeof zh;
