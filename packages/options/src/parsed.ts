/** A value, or what is wrong with it: a phrase that follows the name that the user used. */
export type Parsed<Value> = { readonly value: Value } | { readonly problem: string };
