/** Clients that hop between gateways, compared with what the stream has. */
import assert from "node:assert/strict";
import { until } from "../support/patience.ts";
import type { HoppingClient, TestGateway, TestSite } from "./rig.ts";

/** Publishes at all sites in turn, and lets a client hop now and then, until there were enough hops. */
export async function hopUnderLoad(
  sites: readonly TestSite[],
  clients: readonly HoppingClient[],
  hops: number,
): Promise<void> {
  let turn = 0;
  const hopped = () => clients.reduce((sum, { hops }) => sum + hops, 0);
  await until(async () => {
    for (const site of sites) site.publish();
    clients[turn++ % clients.length]?.hop();
    await new Promise((resolve) => setTimeout(resolve, 2));
    return hopped() >= hops;
  });
}

/** Does something so often, until it is disposed of. */
export function everyMs(intervalMs: number, act: () => void): Disposable {
  const timer = setInterval(act, intervalMs);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Each site's events are in the stream once, in their order. */
export function assertStreamed(site: TestSite, gateway: TestGateway): void {
  const heard = gateway.history.filter((event) =>
    event.type !== "provider" && event.line.startsWith(`${site.name}/`)
  );
  const told = heard.slice(heard.length - site.published.length);
  const plain = (line: string) => line.replace(`${site.name}/`, "");
  const ofCall = (event: typeof told[number]) =>
    event.type === "call"
      ? [plain(event.line), event.change, event.call.state, event.atMs]
      : event.type === "line"
      ? [plain(event.line), event.change, event.now.messageWaiting, event.atMs]
      : [];
  assert.deepEqual(told.map(ofCall), site.published.map(ofCall));
}

/**
 * The clients have heard what an uncut client would have.
 *
 * @param late A gateway that has just read the whole stream.
 */
export function assertUncut(clients: readonly HoppingClient[], late: TestGateway): void {
  const all = late.history.map((event) => event.seq);
  for (const { follower } of clients) {
    assert.deepEqual(follower.gaps, []);
    assert.deepEqual(follower.seqs, all.filter((seq) => seq > (follower.begunAt ?? Infinity)));
  }
}
