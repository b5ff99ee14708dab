import { resolve, sep } from 'node:path';

/** The texts of /etc/fstab and /proc/self/mounts (fstab(5)). */
export interface MountTables {
  readonly fstab: string;
  readonly mounts: string;
}

/**
 * The mount point of fstab at or above `directory` (a path without links) if nothing is mounted there or between the two:
 * files would be written to the disk beneath. Undefined: there is none. `real`: a mount point of fstab without its links.
 */
export function unmountedPoint(
  directory: string,
  { fstab, mounts }: MountTables,
  real: (point: string) => string = (point) => point,
): string | undefined {
  const planned = deepest(directory, pointsOf(fstab).map(real));
  const mounted = deepest(directory, pointsOf(mounts));
  // a table without the root, as in a chroot, cannot be used
  if (planned === undefined || mounted === undefined) return undefined;
  return planned.length > mounted.length ? planned : undefined;
}

function deepest(directory: string, points: readonly string[]): string | undefined {
  const above = points.filter((point) => isBelow(directory, point));
  return above.sort((a, b) => b.length - a.length)[0];
}

/** Without `none`, the entry of a swap area. */
export function pointsOf(table: string): readonly string[] {
  return table.split('\n').flatMap((line) => {
    const [device = '', point = ''] = line.trim().split(/\s+/);
    return device.startsWith('#') || !point.startsWith('/') ? [] : [resolve(unescaped(point))];
  });
}

/** A blank in a path is written as `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function isBelow(directory: string, point: string): boolean {
  return point === sep || directory === point || directory.startsWith(`${point}${sep}`);
}
