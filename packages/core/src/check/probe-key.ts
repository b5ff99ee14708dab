/** `<name>/probe/<id>`; bytes of the name that keys cannot hold are encoded as in all keys, `=` and two digits. */
export function probeKey(name: string, id: string): string {
  const encoded = [...Buffer.from(name, 'utf8')].map(encodeByte).join('');
  return `${encoded}/probe/${id}`;
}

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9._-]/.test(character) ? character : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
