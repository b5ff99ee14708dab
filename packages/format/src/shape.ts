/** Reads one value of a parsed JSON text; throws ShapeError. The result has known fields only. */
export type Shape<T> = (value: unknown, at: string) => T;

/** Internal: every parser converts it into a BackuperError that names the object. */
export class ShapeError extends Error {}

type Shapes<T> = { readonly [K in keyof T]-?: Shape<T[K]> };

/** An object's shape with access to its fields, to read a large document field by field. */
export interface FieldsShape<T> extends Shape<T> {
  readonly shapes: Readonly<Record<string, Shape<unknown>>>;
}

/** A list's shape with access to its members: `add` checks one more member and keeps it. */
export interface ListShape<T> extends Shape<readonly T[]> {
  add(list: T[], value: unknown, at: string): void;
  readonly member: Shape<T>;
}

/** An object with these fields. Others are left out; `__proto__` is refused. */
export function fields<T>(shapes: Shapes<T>): FieldsShape<T> {
  const entries = Object.entries(shapes) as [string, Shape<unknown>][];
  const read: Shape<T> = (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at, 'is not an object');
    if (Object.hasOwn(value, '__proto__')) throw wrong(at, "has a field '__proto__'");
    const result: Record<string, unknown> = {};
    for (const [key, shape] of entries) {
      const one = shape(
        Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined,
        below(at, key),
      );
      if (one !== undefined) result[key] = one;
    }
    return result as T;
  };
  return Object.assign(read, { shapes: shapes as FieldsShape<T>['shapes'] });
}

export function listOf<T>(shape: Shape<T>, { max = Number.MAX_SAFE_INTEGER } = {}): ListShape<T> {
  const add = (list: T[], member: unknown, at: string): void => {
    if (list.length >= max) throw wrong(at, `has more than ${max} members`);
    list.push(shape(member, `${at}[${list.length}]`));
  };
  const read: Shape<readonly T[]> = (value, at) => {
    if (!Array.isArray(value)) throw wrong(at, 'is not a list');
    const list: T[] = [];
    for (const member of value as unknown[]) add(list, member, at);
    return list;
  };
  return Object.assign(read, { add, member: shape });
}

/** Throws what the shape would throw, and keeps nothing: a list's members are checked one after another. */
export function checkFields<T>({ shapes }: FieldsShape<T>, value: T): void {
  for (const [key, shape] of Object.entries(shapes)) {
    const field = (value as Record<string, unknown>)[key];
    if (!('member' in shape) || !Array.isArray(field)) shape(field, key);
    else for (const [index, one] of field.entries()) (shape as ListShape<unknown>).member(one, `${key}[${index}]`);
  }
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  const read: Shape<T | null> = (value, at) => (value === null ? null : shape(value, at));
  return Object.assign(read, { orNull: shape });
}

// biome-ignore lint/suspicious/noExplicitAny: the only way to give an absent field to an optional property
export function optional<T>(shape: Shape<T>): Shape<any> {
  const read: Shape<T | undefined> = (value, at) => (value === undefined ? undefined : shape(value, at));
  return Object.assign(read, { orAbsent: shape });
}

export function text({ pattern, max = 1024 }: { pattern?: RegExp; max?: number } = {}): Shape<string> {
  return (value, at) => {
    if (typeof value !== 'string') throw wrong(at, 'is not a text');
    if (value.length > max) throw wrong(at, `is longer than ${max} characters`);
    if (pattern !== undefined && !pattern.test(value)) throw wrong(at, 'does not have the form it must have');
    return value;
  };
}

/** A whole number, 0 up to 2^53. */
export const count: Shape<number> = (value, at) => {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw wrong(at, 'is not a whole number');
  if ((value as number) < 0) throw wrong(at, 'is negative');
  return value as number;
};

export const integer: Shape<number> = (value, at) => {
  if (!Number.isSafeInteger(value)) throw wrong(at, 'is not a whole number');
  return value as number;
};

export const flag: Shape<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw wrong(at, 'is neither true nor false');
  return value;
};

export function oneOf<const T extends string | number | null>(...allowed: readonly T[]): Shape<T> {
  const read: Shape<T> = (value, at) => {
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) throw wrong(at, `is not one of ${allowed.map((one) => `'${one}'`).join(', ')}`);
    return found;
  };
  return Object.assign(read, { allowed });
}

/** ISO 8601 as `Date.toISOString` writes it. */
export const time: Shape<string> = (value, at) => {
  const date = typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
  if (Number.isNaN(date.getTime()) || date.toISOString() !== value) throw wrong(at, 'is not a time in UTC');
  return value;
};

export const SHA256: Shape<string> = text({ pattern: /^[0-9a-f]{64}$/ });
export const MD5: Shape<string> = text({ pattern: /^[0-9a-f]{32}$/ });

export function wrong(at: string, problem: string): ShapeError {
  return new ShapeError(`${at === '' ? 'the document' : `field '${at}'`} ${problem}`);
}

function below(at: string, key: string): string {
  return at === '' ? key : `${at}.${key}`;
}
