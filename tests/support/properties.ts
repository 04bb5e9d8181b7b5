/**
 * fast-check, with the same cases in each run: a test fails because of a change, never
 * by chance. The fuzz run, `deno task fuzz --seed N`, is for new ones.
 */
import fc from "fast-check";

fc.configureGlobal({ seed: 20260101 });

export { fc };
