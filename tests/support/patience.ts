/**
 * Waiting, the only way tests do it: for a condition, and never for a time. What must come may take as
 * long as a busy machine needs; only what does not come at all costs {@linkcode PATIENCE_MS}.
 */

/** How long a test waits for what must come before it fails. */
export const PATIENCE_MS = 60_000;

/** How often {@linkcode until} looks, at most. */
const LOOK_MS = 1;

/** Gives every socket of this process a turn, and the processor to other processes. */
export function socketTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

/**
 * Waits for a promise.
 *
 * @param missing Describes what has not come, for the error.
 * @throws Error after {@linkcode PATIENCE_MS}.
 */
export async function within<T>(promise: Promise<T>, missing: () => string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${missing()} did not come within ${PATIENCE_MS} ms`)),
      PATIENCE_MS,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Looks again and again, in turns of the event loop, until a condition holds: for what nobody reports.
 *
 * @throws Error after {@linkcode PATIENCE_MS}.
 */
export async function until(
  reached: () => boolean | Promise<boolean>,
  missing: () => string = () => `what ${reached} waits for`,
): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!await reached()) {
    if (performance.now() > endMs) {
      throw new Error(`${missing()} did not come within ${PATIENCE_MS} ms`);
    }
    await socketTurn();
  }
}

/**
 * Looks again and again until what it sees is what is expected; fails with the difference that was seen
 * last.
 *
 * @param assertion Throws while it is not yet so.
 */
export async function eventually(assertion: () => void | Promise<void>): Promise<void> {
  let failure: unknown;
  const holds = async () => {
    try {
      await assertion();
      return true;
    } catch (error) {
      failure = error;
      return false;
    }
  };
  try {
    await until(holds);
  } catch {
    throw failure;
  }
}

/** Wakes those who wait for a condition whenever something has changed. */
export class Changes {
  #next = Promise.withResolvers<void>();

  /** Something has changed. */
  tell(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers();
  }

  /**
   * Waits until a condition holds, which is looked at after each change.
   *
   * @throws Error after {@linkcode PATIENCE_MS}.
   */
  async until(reached: () => boolean, missing: () => string): Promise<void> {
    const holds = async () => {
      while (!reached()) await this.#next.promise;
    };
    await within(holds(), missing);
  }
}
