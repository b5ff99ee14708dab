import { resolve, sep } from 'node:path';

/**
 * The mount point that `directory` is, or lies below, and on which nothing is mounted: files would be written to the disk
 * beneath. Undefined: there is none. `fstab` and `mounts` are the texts of /etc/fstab and /proc/self/mounts (fstab(5)).
 */
export function unmountedPoint(
  directory: string,
  { fstab, mounts }: { readonly fstab: string; readonly mounts: string },
): string | undefined {
  const mounted = new Set(pointsOf(mounts));
  const above = pointsOf(fstab).filter((point) => isBelow(directory, point));
  return above.find((point) => !mounted.has(point));
}

/** `none` stands for a swap area; the root is always there. */
function pointsOf(table: string): readonly string[] {
  return table.split('\n').flatMap((line) => {
    const [device = '', point = ''] = line.trim().split(/\s+/);
    return device.startsWith('#') || !point.startsWith('/') || point === '/' ? [] : [resolve(unescaped(point))];
  });
}

/** A blank in a path is written as `\040`. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function isBelow(directory: string, point: string): boolean {
  return directory === point || directory.startsWith(`${point}${sep}`);
}
