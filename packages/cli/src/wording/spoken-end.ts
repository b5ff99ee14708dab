import { BackuperError, type Event } from '@postgres-backuper/base';
import type { Speech } from '@postgres-backuper/hosts';
import type { CommandName } from '@postgres-backuper/options';
import type { Outcome } from '../command.ts';

type Speak = Speech['text'];

/** The end of a command with every text in the words of the host, including those of its result for JSON. */
export function spokenEnd<C extends CommandName>(
  end: Outcome<C> | BackuperError,
  speak: Speak,
): Outcome<C> | BackuperError {
  if (end instanceof BackuperError) return spokenError(end, speak);
  const error = end.error === undefined ? {} : { error: spokenError(end.error, speak) };
  return { ...end, text: speak(end.text), result: spokenValue(end.result, speak), ...error };
}

export function spokenError(error: BackuperError, speak: Speak): BackuperError {
  const { code, message, hint, cause, result } = error;
  return new BackuperError(code, speak(message), {
    ...(hint === undefined ? {} : { hint: speak(hint) }),
    cause,
    result: spokenValue(result, speak),
  });
}

export function spokenEvent(event: Event, speak: Speak): Event {
  if (event.type === 'progress') return event;
  const text = speak(event.text);
  return event.type === 'warning' && event.hint !== undefined
    ? { ...event, text, hint: speak(event.hint) }
    : { ...event, text };
}

/** The same value with its texts in the words of the host. */
function spokenValue<Value>(value: Value, speak: Speak): Value {
  return spokenPart(value, speak) as Value;
}

/** What has no text to change stays as it is: a list of 10,000 backups is not made again. */
function spokenPart(value: unknown, speak: Speak): unknown {
  if (typeof value === 'string') return speak(value);
  if (Array.isArray(value)) return spokenMembers(value, speak) ?? value;
  if (!isPlain(value)) return value;
  const keys = Object.keys(value);
  const parts = spokenMembers(Object.values(value), speak);
  return parts === undefined ? value : Object.fromEntries(keys.map((key, index) => [key, parts[index]]));
}

/** Undefined: no member changes. */
function spokenMembers(members: readonly unknown[], speak: Speak): readonly unknown[] | undefined {
  for (const [index, member] of members.entries()) {
    const spoken = spokenPart(member, speak);
    if (spoken === member) continue;
    const rest = members.slice(index + 1).map((one) => spokenPart(one, speak));
    return [...members.slice(0, index), spoken, ...rest];
  }
  return undefined;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
