import type { AgentAuthMethod, AnyAuthMethod, KeyboardInteractiveCallback, Prompt } from 'ssh2';
import type { SftpSettings } from './sftp-settings.ts';

/** The ways to log in, in the order in which they are tried: the key, the password, else the agent. */
export function loginMethods({ address, privateKey, password, agent }: SftpSettings): AnyAuthMethod[] {
  const username = address.user;
  const methods: AnyAuthMethod[] = [];
  if (privateKey !== undefined) methods.push({ type: 'publickey', username, key: privateKey });
  if (password !== undefined) methods.push({ type: 'password', username, password }, typed(username, password));
  if (methods.length === 0 && agent !== undefined) methods.push({ type: 'agent', username, agent } as AgentAuthMethod);
  return methods;
}

/** Servers with PAM accept the password only this way. Answers a single hidden prompt, and no other. */
function typed(username: string, password: string): AnyAuthMethod {
  return {
    type: 'keyboard-interactive',
    username,
    prompt: (_name: string, _text: string, _lang: string, prompts: Prompt[], finish: KeyboardInteractiveCallback) =>
      finish(prompts.length === 1 && prompts[0]?.echo !== true ? [password] : []),
  };
}
