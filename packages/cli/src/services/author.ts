import { hostname, userInfo } from 'node:os';
import type { Author } from '@postgres-backuper/base';
import { type HostName, jobLink, jobUser } from '@postgres-backuper/hosts';
import type { Environment } from '@postgres-backuper/options';

/** Most characters of each field. */
const MAX = 500;

/** Who runs this: the account that started the job, else the one of the process; the machine; the page of the job. */
export function authorOf(hostName: HostName, environment: Environment): Author {
  const fields = {
    user: lineOf(jobUser(hostName, environment) || accountName()),
    machine: lineOf(hostname()),
    job: linkOf(jobLink(hostName, environment)),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Undefined: the process has a number that no account has, as in many containers. */
function accountName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

function lineOf(text: string | undefined): string | undefined {
  if (!text) return undefined;
  return text
    .replace(/[\0-\x1f\x7f]/g, '?')
    .toWellFormed()
    .slice(0, MAX);
}

/** Without a user, a password or a fragment: the record is not encrypted. Airflow's links need their query. */
function linkOf(text: string | undefined): string | undefined {
  if (!text || !URL.canParse(text)) return undefined;
  const { protocol, host, pathname, search } = new URL(text);
  return /^https?:$/.test(protocol) ? lineOf(`${protocol}//${host}${pathname}${search}`) : undefined;
}
