import { createActionsHost } from '../github/github-host.ts';
import { plainLines } from '../github/workflow-command.ts';
import type { Host, HostServices } from '../host.ts';

/**
 * The host of GitHub without annotations: neither system shows them (https://github.com/go-gitea/gitea/issues/23722), and
 * their commands would appear in the log as they are, with `%0A` for line ends.
 */
export function createForgejoHost(services: HostServices): Host {
  return createActionsHost(services, (kind, text, title) => {
    const [first = '', ...rest] = text.split('\n');
    const head = kind === 'notice' ? `${title}: ${first}` : `${kind.toUpperCase()} ${first}`;
    return plainLines([head, ...rest.map((line) => `  ${line}`)].join('\n'));
  });
}
