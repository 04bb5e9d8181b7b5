/** The cost of a failing library: the program's processor time while it waits for recovery. */
import { type Failing, SoakedServer } from "./server.ts";

const LINES = 10;
const FAILINGS: readonly Failing[] = ["every function", "lineGetMessage"];
/** Of one core. A library that fails may not cost more. */
const MOST_PERCENT = 1;

export interface FailingCost {
  readonly failing: Failing;
  /** Of one core. */
  readonly percent: number;
  /** Calls of the library in that time. */
  readonly calls: number;
}

/** Lets a library fail at once, in each way for so long. */
export async function costsOfFailing(
  standinPath: string,
  seconds: number,
): Promise<{ costs: FailingCost[]; problems: string[] }> {
  const costs: FailingCost[] = [];
  for (const failing of FAILINGS) {
    await using server = await SoakedServer.start(standinPath, LINES);
    await server.fail(failing);
    const startMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const { cpuMs, calls } = await server.costSinceFail();
    costs.push({ failing, percent: cpuMs / (performance.now() - startMs) * 100, calls });
  }
  const problems = costs.filter(({ percent }) => !(percent < MOST_PERCENT)).map(({ failing }) =>
    `${failing} failing costs ${MOST_PERCENT} % of a core or more`
  );
  return { costs, problems };
}
