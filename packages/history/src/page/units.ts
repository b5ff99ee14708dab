/** A unit in which the ticks of an axis are round numbers. */
export interface Unit {
  readonly size: number;
  readonly name: string;
}

export const BYTES: readonly Unit[] = ['B', 'KiB', 'MiB', 'GiB', 'TiB'].map((name, step) => ({
  ...{ name, size: 1024 ** step },
}));

export const DURATIONS: readonly Unit[] = [
  { name: 'ms', size: 1 },
  { name: 's', size: 1000 },
  { name: 'min', size: 60_000 },
  { name: 'h', size: 3_600_000 },
];

export const RATIOS: readonly Unit[] = [{ name: ': 1', size: 1 }];

/** The largest unit of which there is at least one. */
export function unitOf(units: readonly Unit[], most: number): Unit {
  return units.findLast(({ size }) => most >= size) ?? (units[0] as Unit);
}
