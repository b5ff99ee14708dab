import { execFile, execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Postgres } from '@postgres-backuper/testing';

/** The server's headers are not at hand: what a module must say of itself is written here for each version. */
const SOURCE = `
struct abi { int version, funcmaxargs, indexmaxkeys, namedatalen, float8byval; char extra[32]; };
#if MAJOR >= 18
static const struct { int len; struct abi abi; const char *name, *version; } magic =
  { sizeof(magic), { MAJOR * 100, 100, 32, 64, 1, "PostgreSQL" } };
#elif MAJOR >= 15
static const struct { int len; struct abi abi; } magic = { sizeof(magic), { MAJOR * 100, 100, 32, 64, 1, "PostgreSQL" } };
#else
static const struct { int len, version, funcmaxargs, indexmaxkeys, namedatalen, float8byval; } magic =
  { sizeof(magic), MAJOR * 100, 100, 32, 64, 1 };
#endif
const void *Pg_magic_func(void) { return &magic; }
extern void register_label_provider(const char *, void (*)(const void *, const char *));
static void check(const void *object, const char *label) { (void) object; (void) label; }
void _PG_init(void) { register_label_provider("of_test", check); }
`;

export function hasCompiler(): boolean {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Builds a module that provides security labels called 'of_test', for `session_preload_libraries`; returns its path. */
export async function buildLabelProvider({ socketDir, version }: Postgres): Promise<string> {
  const [source, module] = [join(socketDir, 'labels.c'), join(socketDir, 'labels.so')];
  await writeFile(source, SOURCE);
  const major = Number.parseInt(version, 10);
  await promisify(execFile)('cc', ['-shared', '-fPIC', `-DMAJOR=${major}`, '-o', module, source]);
  return module;
}
