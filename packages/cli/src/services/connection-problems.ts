import { existsSync } from 'node:fs';
import type { Variables } from './database-url.ts';
import { keywordOf } from './libpq-parameters.ts';

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
/** Not a file: libpq then takes the system's certificates. */
const SYSTEM = 'system';
const SERVICE = 'PGSERVICE';

/**
 * What cannot connect whatever the server says. Each problem begins with where the value comes from and never repeats
 * it: a URL may hold a piece of the password anywhere. `names` says of a variable which URL or service holds it.
 */
export function connectionProblems(env: Variables, names: Readonly<Record<string, string>>): string[] {
  const sourceOf = (variable: string): string =>
    variable in names ? `${names[variable]} has '${keywordOf(variable)}', which` : variable;
  const { PGSSLMODE: mode = '', PGSSLROOTCERT: root = '' } = env;
  // unless it verifies, libpq goes on without the file: nobody writes one into a URL for that
  const isNeeded = mode.startsWith('verify') || (names.PGSSLROOTCERT ?? SERVICE) !== SERVICE;
  const isMissing = isNeeded && root !== '' && root !== SYSTEM && !existsSync(root);
  return [
    ...(mode === '' || MODES.includes(mode) ? [] : [`${sourceOf('PGSSLMODE')} ${modeProblem(mode)}`]),
    ...(isMissing ? [`${sourceOf('PGSSLROOTCERT')} names a file that does not exist`] : []),
  ];
}

function modeProblem(mode: string): string {
  const what = mode === 'no-verify' ? "is 'no-verify', not a mode of libpq" : 'is not a mode of libpq';
  return `${what}: 'require' encrypts without verifying, 'verify-full' verifies`;
}
