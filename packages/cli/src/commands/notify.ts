import { BackuperError } from '@postgres-backuper/base';
import { type Message, sendMessage } from '@postgres-backuper/notifications';
import { COMMANDS, say, settingsError, TOOL } from '@postgres-backuper/options';
import type { Command } from '../command.ts';
import { ofMachine } from '../notify/notifier.ts';
import { notifyText } from '../print/notify.ts';
import { chosenHost } from '../services/host.ts';
import { targetsOf } from '../services/notify-targets.ts';

/** Sends a test message to each service. Errors: notification-failed, with the result. */
export const runNotify: Command<'notify'> = async ({ resolved, environment, context, terminal }) => {
  const { settings } = resolved;
  const targets = targetsOf(settings);
  if (!settings.test)
    throw settingsError(['nothing is to be sent'], `add ${say.option('test')} to send a test message`);
  if (targets.length === 0) throw settingsError(['no service is given'], `give URLs in ${say.option('notify')}`);
  const { clock, signal } = context;
  const message = testMessage(ofMachine(chosenHost(settings, environment), environment));
  const sent = await sendMessage(message, targets, { clock, environment, signal });
  signal.throwIfAborted();
  const services = sent.map(({ target, problem }) => ({
    ...{ service: target, ok: problem === undefined },
    ...(problem === undefined ? {} : { problem: problem.why }),
  }));
  const result = { services };
  const text = notifyText(result, terminal.colours.out);
  const bad = sent.flatMap(({ target, problem }) => (problem === undefined ? [] : [{ target, ...problem }]));
  const [first] = bad;
  if (first === undefined) return { result, text };
  const problem = `no message to ${bad.map((one) => one.target).join(', ')}: ${first.why}`;
  return { result, text, error: new BackuperError('notification-failed', problem, { hint: first.hint, result }) };
};

function testMessage({ job, machine, now }: ReturnType<typeof ofMachine>): Message {
  return {
    event: 'test',
    title: `${COMMANDS.notify.title}: this is how a message looks`,
    lines: [`${TOOL} can send messages here`],
    hint: 'nothing is to be done',
    facts: [{ name: 'machine', value: machine }],
    link: job,
    at: new Date(now).toISOString(),
    fields: { command: 'notify', exit: 0, code: null, names: [], labels: [] },
  };
}
