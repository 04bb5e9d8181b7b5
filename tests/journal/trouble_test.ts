/** Trouble with the journal's file: killed writers, full and read-only disks, damage. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { JournalUnavailableError } from "../../src/bus/ports.ts";
import { openFile } from "../../src/journal/file.ts";
import { Folder } from "../support/folder.ts";
import { JournalRig } from "../support/journal.ts";
import { LogRecorder } from "../support/log.ts";
import { leaveOut } from "../support/tools.ts";

const RETRY_MS = 10_000;
const FILE = "journal.sqlite";

const WRITER = fileURLToPath(new URL("killed_writer.ts", import.meta.url));

/** Lets a process write, and kills it with SIGKILL once it has. @returns What it said is committed. */
async function writeAndKill(file: string, firstCall: number, batches: number): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--frozen", "--allow-all", WRITER, file, String(firstCall)],
    stdout: "piped",
    stdin: "null",
  }).spawn();
  let committed = firstCall;
  let kept = new Uint8Array();
  for await (const chunk of child.stdout) {
    kept = new Uint8Array([...kept.slice(kept.length - kept.length % 4), ...chunk]);
    const whole = kept.length - kept.length % 4;
    if (whole >= 4) committed = new DataView(kept.buffer).getUint32(whole - 4);
    if (committed >= firstCall + batches * 20) {
      try {
        child.kill("SIGKILL");
      } catch {
        // Killed by the chunk before.
      }
    }
  }
  const { signal } = await child.status;
  // Windows ends it as well, and reports no signal.
  if (Deno.build.os !== "windows") assert.equal(signal, "SIGKILL");
  return committed;
}

Deno.test("killed in the middle of writing, nothing committed is lost and the file opens", async () => {
  await using folder = await Folder.make();
  let committed = 0;
  for (const batches of [1, 7, 23, 60, 3]) {
    committed = await writeAndKill(folder.at(FILE), committed, batches);
    using db = openFile(folder.at(FILE));
    assert.deepEqual({ ...db.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
    const calls = db.prepare("SELECT call FROM entry ORDER BY id").all()
      .map(({ call }) => Number(call));
    // A batch may be committed of which the process could not tell any more: whole, or not at all.
    assert([committed, committed + 20].includes(calls.length), `${calls.length}, ${committed}`);
    assert.deepEqual(calls, Array.from({ length: calls.length }, (_, call) => call));
    const parts = db.prepare("SELECT count(*) AS parts FROM number_part").get();
    assert.equal(Number(parts?.["parts"]), calls.length * 4);
    committed = calls.length;
  }
});

Deno.test("a damaged file is moved aside, and a new one begun", async () => {
  await using folder = await Folder.make();
  await Deno.writeTextFile(folder.at(FILE), "no database at all\n".repeat(500));
  await using log = await LogRecorder.start();
  using rig = new JournalRig({ file: folder.at(FILE) });
  rig.end({ id: 1 });
  assert.equal((await rig.journal.page({ limit: 9 })).entries.length, 1);
  const aside = "journal.sqlite.damaged-2026-01-01T000000000Z";
  assert(folder.files.includes(aside));
  assert.match(await Deno.readTextFile(`${folder.path}/${aside}`), /^no database at all/);
  assert.equal(
    log.count(/is damaged \(file is not a database\): it was renamed to .*damaged-2026/),
    1,
  );
  assert.equal(log.count(/cannot be written/), 0);
});

Deno.test("a file that is found to be damaged while it is used is moved aside too", async () => {
  await using folder = await Folder.make();
  {
    using rig = new JournalRig({ file: folder.at(FILE) });
    for (let id = 0; id < 300; id++) rig.end({ id });
  }
  // The schema is whole, everything after it is not.
  using file = await Deno.open(folder.at(FILE), { read: true, write: true });
  const { size } = await file.stat();
  const PAGE_BYTES = 4096;
  const SCHEMA_PAGES = 3;
  await file.seek(SCHEMA_PAGES * PAGE_BYTES, Deno.SeekMode.Start);
  await file.write(new Uint8Array(size - SCHEMA_PAGES * PAGE_BYTES).fill(0xa5));
  await using log = await LogRecorder.start();
  using rig = new JournalRig({ file: folder.at(FILE) });
  rig.end({ id: 1 });
  rig.clock.advance(1000);
  assert.equal(log.count(/is damaged/), 1);
  assert.deepEqual((await rig.journal.page({ limit: 9 })).entries.map(({ call }) => call), [1]);
});

Deno.test("a later program's file is left as it is", async () => {
  await using folder = await Folder.make();
  {
    using db = openFile(folder.at(FILE));
    db.exec("PRAGMA user_version = 99");
  }
  await using log = await LogRecorder.start();
  using rig = new JournalRig({ file: folder.at(FILE) });
  rig.end();
  rig.clock.advance(5 * RETRY_MS);
  assert.equal(log.count(/cannot be written: it has version 99 .* later Tapi2Ws/), 1);
  await assert.rejects(rig.journal.page({ limit: 1 }), JournalUnavailableError);
  assert.equal(folder.files.some((name) => name.includes("damaged")), false);
});

Deno.test("while a file cannot be written, the newest entries wait; it is logged once", async () => {
  await using folder = await Folder.make();
  await using log = await LogRecorder.start();
  using rig = new JournalRig({ file: `${folder.path}/missing/journal.sqlite` });
  for (let id = 0; id < 10_500; id++) rig.end({ id });
  rig.clock.advance(10 * RETRY_MS);
  assert.deepEqual([rig.journal.backlog, rig.journal.dropped], [10_000, 500]);
  await assert.rejects(rig.journal.page({ limit: 1 }), /not available: unable to open/);
  assert.equal(log.count(/cannot be written/), 1);
  assert.equal(log.count(/drops/), 1);
  await Deno.mkdir(`${folder.path}/missing`);
  rig.clock.advance(RETRY_MS);
  assert.equal(log.count(/can be written again/), 1);
  const { entries } = await rig.journal.page({ limit: 20_000 });
  assert.deepEqual([entries.length, entries[0]?.call, entries.at(-1)?.call], [10_000, 10_499, 500]);
});

/** A disk of its own; needs the rights of root. */
class Disk implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async mount(options: string): Promise<Disk> {
    const path = await Deno.makeTempDir({ prefix: "tapi2ws-disk-" });
    await run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path);
    return new Disk(path);
  }

  get file(): string {
    return `${this.path}/journal.sqlite`;
  }

  remount(options: string): Promise<void> {
    return run("mount", "-o", `remount,${options}`, this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", "--lazy", this.path);
    await Deno.remove(this.path);
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args }).output();
  if (!success) throw new Error(`${command}: ${new TextDecoder().decode(stderr)}`);
}

/** Whether disks can be mounted here. */
async function canMount(): Promise<boolean> {
  try {
    await using _disk = await Disk.mount("size=64k");
    return true;
  } catch (error) {
    leaveOut(
      "the journal on full and read-only disks",
      `no disk can be mounted: ${error instanceof Error ? error.message : error}`,
      true,
    );
    return false;
  }
}

const ignore = !await canMount();

Deno.test({
  name:
    "a full disk is logged once, calls continue, and waiting entries are written when there is room",
  ignore,
  async fn() {
    await using disk = await Disk.mount("size=400k");
    await using log = await LogRecorder.start();
    using rig = new JournalRig({ file: disk.file });
    for (let id = 0; id < 5000; id++) {
      rig.end({ id });
      rig.clock.advance(20);
    }
    rig.clock.advance(3 * RETRY_MS);
    assert.equal(log.count(/cannot be written: database or disk is full/), 1);
    assert(rig.journal.backlog > 0);
    const { written } = rig.journal;
    assert(written > 0);
    // Written entries can be read all the time.
    assert.equal((await rig.journal.page({ limit: 10_000 })).entries.length, written);
    await disk.remount("size=40m");
    rig.clock.advance(RETRY_MS);
    assert.equal(log.count(/can be written again/), 1);
    const { entries } = await rig.journal.page({ limit: 10_000 });
    assert.deepEqual(entries.map(({ call }) => call).reverse(), [...Array(5000).keys()]);
    assert.equal(log.count(/damaged/), 0);
    rig.journal.stop();
  },
});

Deno.test({
  name:
    "a read-only disk is logged once, calls continue, and waiting entries are written when possible",
  ignore,
  async fn() {
    await using disk = await Disk.mount("size=4m");
    {
      using rig = new JournalRig({ file: disk.file });
      rig.end({ id: 1 });
    }
    await disk.remount("ro");
    await using log = await LogRecorder.start();
    using rig = new JournalRig({ file: disk.file });
    rig.end({ id: 2 });
    rig.clock.advance(3 * RETRY_MS);
    assert.equal(log.count(/cannot be written/), 1);
    assert.equal(rig.journal.backlog, 1);
    await disk.remount("rw");
    rig.clock.advance(RETRY_MS);
    assert.equal(log.count(/can be written again/), 1);
    const { entries } = await rig.journal.page({ limit: 9 });
    assert.deepEqual(entries.map(({ call }) => call), [2, 1]);
    rig.journal.stop();
  },
});
