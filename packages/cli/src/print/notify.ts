import { escapeText } from '@postgres-backuper/base';
import { paint, type ResultOf } from '@postgres-backuper/hosts';

/** Each service, and whether it took the message. */
export function notifyText({ services }: ResultOf<'notify'>, colours: boolean): string {
  return services
    .map(({ service, ok, problem }) => {
      const sign = ok ? paint(colours, 'green', '✓') : paint(colours, 'red', '✗');
      return `${sign} ${escapeText(service)}${problem === undefined ? '' : `: ${escapeText(problem)}`}\n`;
    })
    .join('');
}
