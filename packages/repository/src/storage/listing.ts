/** Which keys a listing gives, see `Storage.list`. */
interface Listing {
  readonly prefix: string;
  readonly after: string;
}

/** The deepest folder that holds all keys with the prefix; '' for the root. */
export function folderOf(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf('/') + 1);
}

/** Whether a listing gives this key or, if it ends with `/`, may give keys in this folder. */
export function isWanted(key: string, { prefix, after }: Listing): boolean {
  if (!key.endsWith('/')) return key.startsWith(prefix) && key > after;
  const leadsToPrefix = key.startsWith(prefix) || prefix.startsWith(key);
  return leadsToPrefix && (key > after || after.startsWith(key));
}
