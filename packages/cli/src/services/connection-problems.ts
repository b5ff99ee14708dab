import { existsSync } from 'node:fs';
import type { Variables } from './database-url.ts';
import { keywordOf } from './libpq-parameters.ts';

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
/** Not a file: libpq then uses the system's certificates. */
const SYSTEM = 'system';
const SERVICE = 'PGSERVICE';

/**
 * Problems for which no connection can succeed. Each begins with the origin of the value and never repeats the value:
 * any part of a URL may hold a piece of the password. `names` gives the URL or service that sets a variable.
 */
export function connectionProblems(env: Variables, names: Readonly<Record<string, string>>): string[] {
  const sourceOf = (variable: string): string =>
    variable in names ? `${names[variable]} has '${keywordOf(variable)}', which` : variable;
  const { PGSSLMODE: mode = '', PGSSLROOTCERT: root = '' } = env;
  // without verification libpq continues without the file; a file in a URL means that it is needed
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
