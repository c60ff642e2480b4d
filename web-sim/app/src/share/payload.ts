/**
 * What travels by link or file, packed small: the changes to an example, and a day on the floor. The rest of the page's
 * state is in the address anyway. A first part names the version, so that a page of another time can say that it does
 * not know it.
 */
import type { Draft } from '../workspace/drafts';
import type { SharedFloor } from './shared-floor';

/** Of both links and files. */
export const VERSION = 1;
/** Longer addresses are cut off somewhere on their way: by mail programs, by chats. */
export const LINK_CHARACTERS_MAX = 16_000;
/** What a payload may unpack to: more than any draft that is kept. */
const UNPACKED_BYTES_MAX = 2_000_000;

/** Why something that came by link or file is not opened. */
export type ShareProblem = 'broken' | 'other-version' | 'too-large' | 'unknown-tenant';

export class ShareError extends Error {
  constructor(readonly problem: ShareProblem) {
    super(problem);
  }
}

export async function packed(what: Draft | SharedFloor): Promise<string> {
  const stream = new Blob([JSON.stringify(what)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `${VERSION}.${btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** What was packed, whatever it is: to be checked. */
export async function unpacked(text: string): Promise<unknown> {
  const [version, payload] = text.split('.', 2);
  if (!/^\d+$/.test(version ?? '') || payload === undefined) throw new ShareError('broken');
  if (version !== String(VERSION)) throw new ShareError('other-version');
  try {
    const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
    return JSON.parse(await inflated(bytes)) as unknown;
  } catch (error) {
    throw error instanceof ShareError ? error : new ShareError('broken');
  }
}

/** Unpacks piece by piece, so that a small payload cannot become a large one. */
async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > UNPACKED_BYTES_MAX) {
      void reader.cancel();
      throw new ShareError('too-large');
    }
    pieces.push(value);
  }
  return new Blob(pieces).text();
}

export function checkedDraft(value: unknown): Draft {
  const isDraft =
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(value).every(([path, text]) => isPath(path) && (text === null || typeof text === 'string'));
  if (!isDraft) throw new ShareError('broken');
  return value as Draft;
}

/** Names of a tenant's folder: nothing that leads out of it. */
function isPath(path: string): boolean {
  return path.length <= 256 && /^[^/\\]+(\/[^/\\]+)*$/.test(path) && !path.split('/').includes('..');
}
