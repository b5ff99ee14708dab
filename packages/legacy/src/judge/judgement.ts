/** The subject of a statement that reaches beyond the objects of one database. */
export type Judgement =
  | { readonly kind: 'run' }
  /** A setting of the session, as at the beginning of dumps. */
  | { readonly kind: 'setting' }
  /** A database itself is created, dropped or altered, or its comment or privileges are. */
  | { readonly kind: 'database'; readonly what: string; readonly name: string; readonly action: Action }
  /** Objects of a cluster other than databases: roles, tablespaces, privileges on settings. */
  | {
      readonly kind: 'global';
      readonly of: 'role' | 'tablespace';
      readonly what: string;
      /** The role; for a membership or a privilege on a setting, the role that gets it. */
      readonly name: string;
      readonly action: Action;
    }
  | { readonly kind: 'refused'; readonly what: string };

export type Action = 'create' | 'alter' | 'drop' | 'comment' | 'grant';

export const RUN: Judgement = { kind: 'run' };

export function refusal(what: string): Judgement {
  return { kind: 'refused', what };
}
