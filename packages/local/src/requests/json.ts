export type Json = null | boolean | number | string | readonly Json[] | Members;

/** The members of a JSON object. */
export interface Members {
  readonly [name: string]: Json;
}
