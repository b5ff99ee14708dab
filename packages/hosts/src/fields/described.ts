/**
 * A place that shows results:
 * - `terminal`: the text of the command line, which also ends the log of a CI system
 * - `summary`: Markdown for people
 * - `problems`: the lines about a failure, e.g. annotations of GitHub
 * - `junit`: test cases
 * - `teamcity`: status of the build, statistics, tests, build problems, parameters
 * - `metrics`: OpenMetrics
 * - `outputs`: what later steps of a job read, also as dotenv variables
 * - `airflow`: texts of tasks and mails
 */
export type Surface = 'terminal' | 'summary' | 'problems' | 'junit' | 'teamcity' | 'metrics' | 'outputs' | 'airflow';

/** The places that show a field. The JSON document has all fields. */
export type Shown = readonly [Surface, ...Surface[]] | 'in JSON alone';

/** For each field of a result where it is shown; the same for objects and lists of objects in it. */
export type Described<Value> = [PartOf<Value>] extends [never]
  ? Shown
  : { readonly [Field in FieldOf<PartOf<Value>>]: Described<ValueOf<PartOf<Value>, Field>> } | 'in JSON alone';

/** The objects of a value or of a list. */
type PartOf<Value> = Value extends readonly (infer Item)[] ? Extract<Item, object> : Extract<Value, object>;

/** All fields of a union. */
type FieldOf<Part> = Part extends unknown ? keyof Part : never;

type ValueOf<Part, Field> = Part extends unknown ? (Field extends keyof Part ? Part[Field] : never) : never;
