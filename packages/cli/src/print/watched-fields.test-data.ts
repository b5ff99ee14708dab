import type { Surface } from '@postgres-backuper/hosts';

/** Where the fields of a result are shown, as the general type. */
export type Description = 'in JSON alone' | readonly Surface[] | Nested;

interface Nested {
  readonly [Field: string]: Description;
}

function isNested(one: Description | undefined): one is Nested {
  return typeof one === 'object' && !Array.isArray(one);
}

/** The same value; `read` takes the path of each described field that is read, except by JSON. */
export function watched(
  value: unknown,
  [path, description]: readonly [string, Description],
  read: (path: string) => void,
): unknown {
  if (Array.isArray(value)) return value.map((one) => watched(one, [path, description], read));
  if (typeof value !== 'object' || value === null || !isNested(description)) return value;
  return new Proxy(value, {
    get(target, name): unknown {
      if (name === 'toJSON') return () => target;
      const inner = typeof name === 'string' ? description[name] : undefined;
      const one: unknown = Reflect.get(target, name);
      if (inner === undefined) return one;
      const place = `${path}.${String(name)}`;
      if (!isNested(inner)) read(place);
      return watched(one, [place, inner], read);
    },
  });
}

/** The paths of all fields with where they are shown. */
export function fieldsOf(
  path: string,
  description: Description,
): readonly (readonly [string, Exclude<Description, Nested>])[] {
  if (!isNested(description)) return [[path, description]];
  return Object.entries(description).flatMap(([field, one]) => fieldsOf(`${path}.${field}`, one));
}
