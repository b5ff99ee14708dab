/** What a statement is about, as far as it reaches beyond the objects of one database. */
export type Judgement =
  | { readonly kind: 'run' }
  /** Of the session, as dumps write them at their beginning. */
  | { readonly kind: 'setting' }
  /** A database as such: it is created, dropped or altered, or its comment or privileges are. */
  | { readonly kind: 'database'; readonly what: string; readonly name: string; readonly action: Action }
  /** What a cluster has besides databases: roles, tablespaces, privileges on settings. */
  | {
      readonly kind: 'global';
      readonly of: 'role' | 'tablespace';
      readonly what: string;
      /** The role, or of a membership and a privilege on a setting the one that gets it. */
      readonly name: string;
      readonly action: Action;
    }
  | { readonly kind: 'refused'; readonly what: string };

export type Action = 'create' | 'alter' | 'drop' | 'comment' | 'grant';

export const RUN: Judgement = { kind: 'run' };

export function refusal(what: string): Judgement {
  return { kind: 'refused', what };
}
