import { run } from '../run.ts';
import { processTerminal } from '../terminal.ts';

// `pnpm demo [--s3]`
process.umask(0o077);
process.exitCode = await run(['demo', ...process.argv.slice(2)], {
  environment: process.env,
  terminal: processTerminal(),
});
