import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const packages = join(import.meta.dirname, '../packages');

test('the rooms of a package know each other in one direction', () => {
  const arrows = readdirSync(packages).flatMap(arrowsOf);
  expect(arrows).toContainEqual(['repository/read', 'repository/storage']);
  expect(inCircles(arrows)).toEqual([]);
});

test('a circle of rooms is found, whatever its length', () => {
  const circle: Arrow[] = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
  ];
  expect(inCircles([...circle, ['c', 'd'], ['e', 'a']])).toEqual(circle);
});

/** A room, and another one from which one of its files imports. */
type Arrow = readonly [from: string, to: string];

function arrowsOf(name: string): Arrow[] {
  const source = join(packages, name, 'src');
  const files = globSync('*/**/*.ts', { cwd: source }).filter((file) => !/\.test(-data)?\.ts$/.test(file));
  const arrows = files.flatMap((file) => {
    const imports = readFileSync(join(source, file), 'utf8').matchAll(/(?:from |import\()'(\.[^']*)'/g);
    const rooms = [...imports].map(([, path = '']) => roomOf(join(file, '..', path)));
    return rooms.flatMap((to): Arrow[] => (to === undefined || to === roomOf(file) ? [] : [[`${roomOf(file)}`, to]]));
  });
  return arrows.map(([from, to]) => [`${name}/${from}`, `${name}/${to}`]);
}

/** A file beside the rooms is in none. */
function roomOf(file: string): string | undefined {
  return /^([^./][^/]*)\//.exec(file)?.[1];
}

/** What is left after repeatedly removing arrows from rooms that no arrow reaches and to rooms that no arrow leaves. */
function inCircles(arrows: readonly Arrow[]): readonly Arrow[] {
  const left = arrows.filter(
    ([from, to]) => arrows.some(([, other]) => other === from) && arrows.some(([other]) => other === to),
  );
  return left.length === arrows.length ? left : inCircles(left);
}
