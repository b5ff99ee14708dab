import { BackuperError, type ProgramServices, runProgram, say } from '@postgres-backuper/base';
import type { Programs } from './client-programs.ts';

/** The first minor version of each major whose psql knows `\restrict` (CVE-2025-8714); later majors always knew it. */
const FIRST_MINOR: Readonly<Record<number, number>> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 };

/** Asks psql itself: some vendors add `\restrict` to older versions. */
export async function knowsRestriction(
  psql: string,
  env: Readonly<Record<string, string>>,
  services: ProgramServices,
): Promise<boolean> {
  const { run = runProgram } = services;
  const help = await run({ file: psql, args: ['--help=commands'], env }, services).catch(() => '');
  return help.includes('\\restrict ');
}

/** Without a restriction, a text from outside could be a psql command, which can run programs on this machine. */
export function outdatedPrograms({ major, version, binDir }: Programs): BackuperError {
  const minor = FIRST_MINOR[major];
  const first = minor === undefined ? '14.19' : `${major}.${minor}`;
  const text = `psql ${version} in '${binDir}' cannot be kept from running its own commands: ${first} is the first that can`;
  return new BackuperError('program-outdated', text, {
    hint: `update PostgreSQL's client programs to ${first} or newer, or name others with ${say.option('pgBinDir')}`,
  });
}
