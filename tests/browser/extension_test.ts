/** The browser extension with the real program on the fake exchange, in Chromium. */
import assert from "node:assert/strict";
import { Folder } from "../support/folder.ts";
import { FakeExchange } from "../support/process.ts";
import { eventually } from "../support/patience.ts";
import { browserTest } from "./chromium.ts";
import { InstalledExtension } from "./installed_extension.ts";
import { errorsOf, servePage, textBecomes } from "./page.ts";

const CALLER = "+441632960001";
const OTHER = "+441632960002";
/** Rings and is never answered. */
const PATIENT = "902";

const free = /^201: free$/;

browserTest(
  "extension: a call rings, is answered, hung up; one that nobody takes stays",
  async () => {
    await using program = await FakeExchange.start();
    await using extension = await InstalledExtension.start(program.port);
    const errors = errorsOf(extension.page);
    await extension.buttonIs("!", /Set the server and your extension/);
    await extension.set({ extension: "201" });
    await extension.buttonIs("", free);

    await extension.page.click("text=Test ring");
    await extension.shows([CALLER, "answer", "drop"]);
    await extension.buttonIs("R", /^201: ringing – \+441632960001$/);
    await extension.press("answer");
    await extension.shows();
    await extension.buttonIs("T", /talking/);
    await extension.keys("hang-up");
    await extension.buttonIs("", free);

    await program.ring("201", CALLER, 500);
    await extension.shows([CALLER, "call"]);
    await extension.buttonIs("1", /^201: free, 1 missed$/);
    const popup = await extension.openPopup();
    errors.push(...errorsOf(popup));
    await textBecomes(popup, ".entry", CALLER);
    await extension.buttonIs("", free);
    await extension.press("call");
    await extension.buttonIs("C", /calling/);
    await textBecomes(popup, '[data-part="calls"] li', CALLER);
    await popup.click('[data-part="calls"] >> text=Hang up');
    await textBecomes(popup, '[data-part="results"] li', "Hang up: done");
    // The exchange calls this number invalid.
    await popup.fill('input[name="number"]', "904");
    await popup.click('[data-part="dial"] >> text=Dial');
    await textBecomes(popup, '[data-part="results"] li', "LINEERR_INVALADDRESS");
    assert.deepEqual(errors, []);
  },
);

browserTest("extension: pages, selected text, sites and extensions dial, if they may", async () => {
  await using program = await FakeExchange.start();
  await using site = servePage(
    `<!DOCTYPE html><title>A site</title><a href="tel:+44-1632-960001;ext=2">Ada</a>
    <p>Phone: <span>+44 (0)1632 960002</span>, order 0123-456789-ABC</p>`,
  );
  const origin = `http://127.0.0.1:${site.addr.port}`;
  await using extension = await InstalledExtension.start(
    program.port,
    { extension: "201", confirmDial: true, numberSites: [origin] },
    // Nobody is there to press the button of the browser's question.
    { host_permissions: ["http://127.0.0.1/*"] },
  );
  await extension.buttonIs("", free);
  const page = await extension.context.newPage();
  const questions: string[] = [];
  let isYes = false;
  page.on("dialog", async (dialog) => {
    questions.push(dialog.message());
    await (isYes ? dialog.accept() : dialog.dismiss());
  });
  const dials = async (number: string) => {
    await eventually(async () => {
      const calls = await program.get("calls") as { called: { number: string } }[];
      assert.deepEqual(calls.map(({ called }) => called.number), [number]);
    });
    await extension.buttonIs("C", /calling/);
    await extension.keys("hang-up");
    await extension.buttonIs("", free);
  };
  await extension.coversSites();
  await page.goto(`${origin}/`);
  await page.click("text=Ada");
  await eventually(() => assert.deepEqual(questions, [`Dial ${CALLER}?`]));
  isYes = true;
  await page.click("text=Ada");
  await dials(CALLER);
  assert.equal(questions.length, 2);

  await page.click("text=order");
  await page.click("span");
  await dials(OTHER);
  assert.equal(questions.at(-1), `Dial ${OTHER}?`);
  assert.equal(questions.length, 3);

  await extension.dialSelected(` ${PATIENT} `);
  await dials(PATIENT);
  await extension.dialSelected("no number");
  await eventually(async () => {
    assert((await extension.shown()).some(({ id }) => id === "result"));
  });

  const ask = (cmd = "dial") =>
    page.evaluate(([id, cmd, number]) =>
      (globalThis as unknown as {
        chrome: { runtime: { sendMessage(id: string, message: object): Promise<unknown> } };
      }).chrome.runtime.sendMessage(id, { cmd, number }), [extension.id, cmd, PATIENT] as const);
  assert.deepEqual(await ask(), { ok: false, message: `${origin} is not listed in the options` });
  await extension.set({ dialSites: `${origin}/` });
  await extension.buttonIs("", free);
  assert.equal((await ask("fly") as { ok: boolean }).ok, false);
  assert.equal((await ask() as { ok: boolean }).ok, true);
  await dials(PATIENT);
  // A script's click is nobody's. The browser asks what to do with the link.
  await page.evaluate('document.querySelector("a").click()');
  assert.deepEqual(await program.get("calls"), []);
  assert.equal(questions.length, 3);
});

browserTest("extension: notifications of internal and of external calls can be off", async () => {
  await using program = await FakeExchange.start();
  await using extension = await InstalledExtension.start(program.port, {
    extension: "201",
    notifyExternal: false,
    keepMissed: false,
  });
  const appeared = await extension.noteAppearances();
  await extension.buttonIs("", free);
  await program.ring("201", CALLER);
  await extension.buttonIs("R", /ringing/);
  await program.drop("201");
  await program.dial("202", "201");
  await eventually(async () => {
    assert.deepEqual((await extension.shown()).map(({ text }) => /202$/.test(text)), [true]);
  });
  assert.equal((await appeared()).length, 1);
  await program.drop("202");

  await extension.set({ notifyExternal: true, notifyInternal: false });
  await program.dial("202", "201");
  await extension.buttonIs("R", /202/);
  await program.drop("202");
  await extension.shows();
  await program.ring("201", CALLER);
  await extension.shows([CALLER, "answer", "drop"]);
  assert.equal((await appeared()).length, 2);
});

browserTest("extension: each notification is hidden after its own time", async () => {
  await using program = await FakeExchange.start();
  await using extension = await InstalledExtension.start(program.port, {
    extension: "201",
    externalSeconds: 2,
  });
  await extension.buttonIs("", free);
  // It would look again by itself every half minute.
  await extension.clearAlarms();
  await program.ring("201", CALLER);
  await extension.shows([CALLER, "answer", "drop"]);
  await program.ring("201", OTHER);
  await extension.shows([CALLER, "answer", "drop"], [OTHER, "answer", "drop"]);
  await extension.shows();
  await extension.buttonIs("R2", /ringing/);
});

browserTest(
  "extension: its worker is stopped, the server restarts; nothing is shown twice",
  async () => {
    await using programs = new AsyncDisposableStack();
    const program = programs.use(await FakeExchange.start());
    await using extension = await InstalledExtension.start(program.port, { extension: "201" });
    await extension.buttonIs("", free);
    await program.ring("201", CALLER);
    await extension.shows([CALLER, "answer", "drop"]);
    await extension.stopWorker();
    // As a system does that has no room for it.
    await extension.removeAll();
    const popup = await extension.openPopup();
    await textBecomes(popup, '[data-part="calls"] li', CALLER);
    await extension.shows();
    await popup.click('[data-part="calls"] >> text=Hang up');
    await extension.buttonIs("", /^201: free/);

    // Missed while the worker sleeps: what was shown becomes a missed call.
    await program.ring("201", OTHER);
    await extension.shows([OTHER, "answer", "drop"]);
    await popup.close();
    await extension.stopWorker();
    await program.drop("201");
    await (await extension.openPopup()).waitForSelector(".entry");
    await extension.shows([OTHER, "call"]);

    await program.ring("201", CALLER);
    await extension.shows([OTHER, "call"], [CALLER, "answer", "drop"]);
    await program[Symbol.asyncDispose]();
    await extension.buttonIs("!", /No connection to the server/);
    programs.use(await FakeExchange.start(`--port=${program.port}`));
    await extension.buttonIs("", free);
    // Nobody knows what became of the call that rang.
    await extension.shows([OTHER, "call"]);
  },
);

browserTest(
  "extension: the CRM says who it is and whom a number belongs to; a click opens its page",
  async () => {
    await using program = await FakeExchange.start();
    const asked: string[] = [];
    await using crm = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/me") return Response.json({ extension: 201 });
        if (pathname !== "/who") return new Response("A card");
        asked.push(await request.text());
        return Response.json({ fullName: "Ada Example", company: "Example Ltd", role: 1 });
      },
    );
    const origin = `http://127.0.0.1:${crm.addr.port}`;
    await using extension = await InstalledExtension.start(
      program.port,
      {
        crmExtension: `${origin}/me`,
        crmNumber: `${origin}/who`,
        link: `${origin}/card?{number}&{name}`,
      },
      { host_permissions: ["http://127.0.0.1/*"] },
    );
    await extension.buttonIs("", free);
    await program.ring("201", CALLER);
    await extension.shows([`Ada Example, Example Ltd ${CALLER}`, "answer", "drop"]);
    assert.deepEqual(asked, [JSON.stringify({ number: CALLER })]);
    const opened = extension.context.waitForEvent("page");
    await extension.click();
    const card = await opened;
    await card.waitForURL(`${origin}/card?%2B441632960001&Ada%20Example`);
    // The call still rings.
    await extension.press("drop");
    await extension.shows();
  },
);

browserTest(
  "extension: names come from the server's directory, and a click opens its link",
  async () => {
    await using folder = await Folder.make();
    await using site = servePage("<!DOCTYPE html><title>A card</title>");
    const origin = `http://127.0.0.1:${site.addr.port}`;
    const file = await folder.write(
      "people.csv",
      `number,name,company\n${CALLER},Ada Example,Example Ltd\n`,
    );
    const config = await folder.write(
      "tapi2ws.toml",
      `[[directory.source]]\ntype = "csv"\nname = "people"\nfile = "${file}"\n` +
        `[[link]]\nname = "Call"\nurl = "callto:{e164}"\n` +
        `[[link]]\nname = "Card"\nurl = "${origin}/card?{number}"\n`,
    );
    await using program = await FakeExchange.start(`--config=${config}`);
    await using extension = await InstalledExtension.start(program.port, { extension: "201" });
    await extension.buttonIs("", free);
    await program.ring("201", CALLER);
    await extension.shows([`Ada Example, Example Ltd ${CALLER}`, "answer", "drop"]);
    const opened = extension.context.waitForEvent("page");
    await extension.click();
    await (await opened).waitForURL(`${origin}/card?%2B441632960001`);
  },
);
