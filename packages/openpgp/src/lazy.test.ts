import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('openpgp is loaded by the first key, not by this package, nor by a cipher without keys', () => {
  const index = fileURLToPath(new URL('./index.ts', import.meta.url));
  const script = `
    import { registerHooks } from 'node:module';
    const seen = [];
    registerHooks({ resolve: (name, context, next) => (seen.push(name), next(name, context)) });
    const { createOpenPgpCipher, createPlainCipher, generateKeyPair } = await import(${JSON.stringify(index)});
    createPlainCipher();
    await createOpenPgpCipher({ publicKeys: [], privateKeys: [], passphrase: '', now: 0 });
    const before = seen.includes('openpgp');
    await generateKeyPair({ passphrase: 'x', now: 0 });
    console.log(JSON.stringify([before, seen.includes('openpgp')]));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  expect(JSON.parse(output)).toEqual([false, true]);
});
