/** Names of the objects below `data/<label>/`. */
export const OBJECTS_NAME = 'objects.json.zst';

export function segmentName(number: number, encrypted: boolean): string {
  return `segment-${String(number).padStart(8, '0')}.tar.zst${encrypted ? '.gpg' : ''}`;
}

export function catalogName(encrypted: boolean): string {
  return `catalog.json.zst${encrypted ? '.gpg' : ''}`;
}
