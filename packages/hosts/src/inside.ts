import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Whether a directory is that folder or in it, after links are followed; false for an unknown folder. */
export function isInside(directory: string, folder: string | undefined): boolean {
  if (!folder?.startsWith('/')) return false;
  const [place, base] = [real(directory), real(folder)];
  return place === base || place.startsWith(`${base}/`);
}

/** The real path; of a missing path, what it would be in its nearest existing folder. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(real(dirname(path)), basename(path));
  }
}
