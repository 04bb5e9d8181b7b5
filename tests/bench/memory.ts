/**
 * Memory per idle client with 5,000 connected: the server's resident memory with them, less that
 * without, all garbage collected, ours against a bare Deno server's. A new process for each
 * measurement; a few clients come before the count, because the first ones load code.
 */
import { openFilesFor } from "./limits.ts";
import { median, medianRatio, type Row } from "./report.ts";
import { Subject, type SubjectName } from "./subjects.ts";

const ROUNDS = 3;
const CLIENTS = 5000;
const FIRST_CLIENTS = 50;
const MOST_OF_BARE = 1.25;

export async function memory(): Promise<Row[]> {
  if (!openFilesFor(CLIENTS + FIRST_CLIENTS, "memory")) return [];
  const bytes: Record<"ours" | "bare", number[]> = { ours: [], bare: [] };
  for (let round = 0; round < ROUNDS; round++) {
    bytes.ours.push(await bytesPerClient("ours"));
    bytes.bare.push(await bytesPerClient("bare"));
  }
  const ratio = medianRatio(bytes.ours, bytes.bare);
  return [{
    what: `memory per idle client, ${CLIENTS.toLocaleString("en")} of them: ours to bare Deno`,
    measured: kibibytes(bytes.ours),
    baseline: kibibytes(bytes.bare),
    ratio: ratio.toFixed(2),
    target: `<= ${MOST_OF_BARE}`,
    holds: ratio <= MOST_OF_BARE,
  }];
}

async function bytesPerClient(name: SubjectName): Promise<number> {
  await using subject = await Subject.start(name);
  const connect = (clients: number) => subject.connect(Array.from({ length: clients }, () => "/"));
  await connect(FIRST_CLIENTS);
  const before = await subject.residentBytes();
  await connect(CLIENTS);
  return (await subject.residentBytes() - before) / CLIENTS;
}

function kibibytes(values: readonly number[]): string {
  return `${(median(values) / 1024).toFixed(1)} KiB`;
}
