import type { Variables } from './database-url.ts';

/** From here through an SSH server to a PostgreSQL server. */
export interface TunnelRoute {
  /** `user@host`, or a host of ssh's configuration. */
  readonly gateway: string;
  /** Undefined: as ssh's configuration says. */
  readonly port: string | undefined;
  /** `host:port` or the path of a socket, as ssh takes it, on the side of the SSH server. */
  readonly server: string;
}

/** Nothing that ssh, a ProxyCommand of its configuration or a shell could take for something else. */
const GATEWAY = /^((?:[A-Za-z0-9_][\w.+-]*@)?)(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9][\w.-]*))(?::(\d{1,5}))?$/;
const HOST = /^[A-Za-z0-9_][\w.-]*$/;
const ADDRESS_6 = /^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*$/;
const SOCKET_FOLDER = /^\/[\w./+-]*$/;

/** The route of a tunnel, or why there is none: a phrase without the values. */
export function tunnelRoute(tunnel: string, env: Variables): TunnelRoute | { readonly problem: string } {
  const [, user = '', address, name, port] = GATEWAY.exec(tunnel) ?? [];
  const host = address ?? name;
  if (host === undefined || Number(port ?? 22) < 1 || Number(port ?? 22) > 65_535)
    return { problem: 'is not user@host, user@host:port or a host of the configuration of ssh' };
  const server = serverBehind(env);
  if (server === undefined)
    return { problem: 'is for one server: a name, an address or the folder of a socket, and a port' };
  return { gateway: `${user}${host}`, port, server };
}

/** Without a host: the SSH server itself, by TCP. */
function serverBehind({ PGHOSTADDR, PGHOST, PGPORT }: Variables): string | undefined {
  const host = PGHOSTADDR || PGHOST || 'localhost';
  const port = PGPORT || '5432';
  if (!/^\d{1,5}$/.test(port)) return undefined;
  if (SOCKET_FOLDER.test(host)) return `${host.replace(/\/+$/, '')}/.s.PGSQL.${port}`;
  if (ADDRESS_6.test(host)) return `[${host}]:${port}`;
  return HOST.test(host) ? `${host}:${port}` : undefined;
}
