/** A small database on which backup tools lose or change data, or stop. */
export interface Trap {
  /** A present-tense fact, the title of its test. */
  readonly title: string;
  readonly dbname: string;
  /** Follows CREATE DATABASE name, e.g. `TEMPLATE template0 ENCODING LATIN1`. */
  readonly options?: string;
  /** Roles of the server that the database uses. */
  readonly roles?: readonly string[];
  readonly sql: string;
  /** Runs last, on the maintenance database: settings that would prevent the content. `:db` is its quoted name. */
  readonly finish?: string;
  /** Needs the test extension in the server's folder. */
  readonly needsTrapExtension?: boolean;
}
