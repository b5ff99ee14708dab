import { encodeName } from '../format/name.ts';

/** `<name>/probe/<id>`: beside the backups of the name, so that rights on its folder are enough. Errors: configuration-invalid. */
export function probeKey(name: string, id: string): string {
  return `${encodeName(name)}/probe/${id}`;
}
