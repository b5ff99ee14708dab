import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Whether a directory is that folder, or is in it, wherever links lead; not where the folder is unknown. */
export function isInside(directory: string, folder: string | undefined): boolean {
  if (!folder?.startsWith('/')) return false;
  const [place, base] = [real(directory), real(folder)];
  return place === base || place.startsWith(`${base}/`);
}

/** Of a path that is missing: as it would be in the folder that is there. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(real(dirname(path)), basename(path));
  }
}
