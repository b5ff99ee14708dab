import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { findProgram } from './parts.ts';
import { startService, untilPortIsFree } from './service.ts';

/** A login that the server asks for. */
export const PUSH_LOGIN = { user: 'backup', password: 'right password' };

/** bcrypt of the password, at its lowest cost. */
const HASH = '$2b$04$abcdefghijklmnopqrstuuixDYXMqh7K8om9LBImBUW2GGY1bih2C';

export interface Pushgateway {
  readonly port: number;
  /** Its `/metrics`, without its own metrics of Go and HTTP. */
  metrics(): Promise<string>;
  log(): string;
  stop(): Promise<void>;
}

/** Starts a throw-away Pushgateway on a free loopback port. */
export async function startPushgateway({ login = false } = {}): Promise<Pushgateway> {
  const program = await findProgram('prometheus-pushgateway');
  return untilPortIsFree(() => start(program, login));
}

async function start(program: string, login: boolean): Promise<Pushgateway> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const basic = Buffer.from(`${PUSH_LOGIN.user}:${PUSH_LOGIN.password}`).toString('base64');
  const headers = login ? { authorization: `Basic ${basic}` } : {};
  const service = await startService({
    name: 'pushgateway',
    program,
    args: async (dir) => {
      const config = join(dir, 'web.yml');
      await writeFile(config, login ? `basic_auth_users:\n  ${PUSH_LOGIN.user}: ${HASH}\n` : '');
      return [`--web.listen-address=127.0.0.1:${port}`, `--web.config.file=${config}`, '--persistence.file='];
    },
    isReady: async () => (await fetch(`${url}/-/ready`, { headers })).ok,
  });
  return {
    port,
    async metrics() {
      const text = await (await fetch(`${url}/metrics`, { headers })).text();
      return text
        .split('\n')
        .filter((line) => /^(postgres_backup|push_)/.test(line))
        .join('\n');
    },
    log: service.log,
    stop: service.stop,
  };
}
