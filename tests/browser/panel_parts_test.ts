/** Each part of the panel, on the real server with a phone system that the test makes up. */
import assert from "node:assert/strict";
import { CALL_COMMANDS, type Command } from "../../src/model/command.ts";
import type { Grant } from "../../src/settings/access_rules.ts";
import { callEvent, lineEvent } from "../support/events.ts";
import { until } from "../support/patience.ts";
import { rulesFor, tokenRule, WORKING_STATUS } from "../support/server.ts";
import { panelTest, talk, tileOf } from "./panel.ts";

panelTest(
  "every control that a call and a line offer sends its command, with what was filled in",
  async (test) => {
    const { bus, commands, server } = test.madeUpServer(["201"], {}, ({ cmd }) =>
      cmd === "hold"
        ? {
          ok: false,
          error: {
            code: "tapi_error",
            message: "lineHold failed: LINEERR_INVALCALLSTATE",
            tapi: { code: 0x8000001c, name: "LINEERR_INVALCALLSTATE" },
          },
        }
        : { ok: true, outcome: cmd === "park" ? { slot: "71" } : {} });
    talk({ bus }, "201", CALL_COMMANDS);
    const panel = await test.open(server.port);
    await panel.tile("201").click();
    const target = { call: 201 };
    const cases: [string, Record<string, string>, Command][] = [
      ["Answer", {}, { cmd: "answer", ...target }],
      ["Hang up", {}, { cmd: "drop", ...target }],
      ["Hold", {}, { cmd: "hold", ...target }],
      ["Retrieve", {}, { cmd: "unhold", ...target }],
      ["Swap", {}, { cmd: "swap", line: "201" }],
      ["Transfer", { Number: "202" }, { cmd: "transfer", ...target, number: "202" }],
      ["Consult", { Number: "203" }, { cmd: "consult", ...target, number: "203" }],
      ["Complete", { As: "conference" }, { cmd: "complete", line: "201", mode: "conference" }],
      ["Park", { Slot: "71" }, { cmd: "park", ...target, slot: "71" }],
      ["Park", { Slot: "" }, { cmd: "park", ...target }],
      ["Send elsewhere", { Number: "204" }, { cmd: "redirect", ...target, number: "204" }],
      ["Tones", { "0–9": "12#" }, { cmd: "dtmf", ...target, digits: "12#" }],
      ["Forget", {}, { cmd: "forget", ...target }],
      ["Pick up", { "Ringing at": "205" }, {
        cmd: "pickup",
        line: "201",
        from: "205",
        redirect: true,
      }],
      ["Pick up", { "Or group": "9" }, { cmd: "pickup", line: "201", group: "9" }],
      ["Unpark", { Slot: "71" }, { cmd: "unpark", line: "201", slot: "71" }],
      [
        "Forward",
        { When: "no_answer", To: "206" },
        { cmd: "forward", line: "201", when: "no_answer", to: "206" },
      ],
      ["Forward", { When: "busy" }, { cmd: "forward", line: "201", when: "busy", to: null }],
    ];
    for (const [index, [name, values, command]] of cases.entries()) {
      await panel.command(name, values);
      await until(() => commands.length > index);
      assert.deepEqual(commands[index], command, name);
    }
    const answers = "#phone [data-part=results] li";
    await panel.becomes(answers, /✓ 201: park 71: parked at 71/);
    await panel.becomes(
      answers,
      /✕ 201: hold: lineHold failed: .*The call has changed its state in the meantime/,
    );

    // What is not offered any more is not shown, and its open form goes.
    await panel.button("Transfer").click();
    await panel.page.locator("form.command").waitFor();
    talk({ bus }, "201", ["drop"]);
    await panel.gone("form.command");
    const shown = panel.page.locator("#phone [data-part=calls] button");
    await panel.textsAre(shown, "Hang up", "Forget");
  },
);

panelTest(
  "lines in trouble are told with TAPI's error and with what to do, and go when they open",
  async (test) => {
    const { bus, server } = test.madeUpServer(["201", "202", "203", "204"]);
    const panel = await test.open(server.port);
    await panel.becomes("#overview", "Connected to the phone system");
    for (const line of ["202", "203"]) {
      bus.publish(lineEvent({
        line,
        permanentId: `test:${line}`,
        status: "failed",
        error: "LINEERR_NOTREGISTERED",
        can: [],
      }));
    }
    bus.publish(
      lineEvent({ line: "204", permanentId: "test:204", status: "out_of_service", can: [] }),
    );
    await panel.becomes("#overview", "except 3 of 4 lines");
    await panel.becomes("#troubles li", /2 lines cannot be opened LINEERR_NOTREGISTERED/);
    await panel.becomes("#troubles li", /helper program is not running.*On 202, 203/s);
    await panel.becomes("#troubles li", /1 line out of service.*lost the phone system.*204/s);
    for (const place of ["LINEERR_NOTREGISTERED", "out_of_service"]) {
      await panel.page.locator(`#troubles a[href="manual/troubleshooting#${place}"]`).waitFor();
    }
    await panel.lampIs("202", "✕");
    await panel.lampIs("204", "!");
    await panel.page.locator("#lines").getByLabel("Show").selectOption("not_open");
    await panel.gone(tileOf("201"));
    await panel.countIs(".tile", 3);
    await panel.page.locator("#lines").getByLabel("Show").selectOption("all");

    for (const line of ["202", "203", "204"]) {
      bus.publish(lineEvent({ line, permanentId: `test:${line}` }));
    }
    await panel.gone("#troubles");
    bus.publish({ type: "provider", state: "restarting", atMs: Date.now() });
    await panel.becomes("#overview", "TAPI is being initialised again");
    bus.publish({ type: "provider", state: "down", atMs: Date.now() });
    await panel.becomes("#overview", /TAPI is not available.*Start the Windows service/s);
    await panel.becomes("#events", "TAPI is down");
    bus.publish({ type: "provider", state: "up", atMs: Date.now() });
    await panel.becomes("#overview", "Connected to the phone system");
  },
);

panelTest("a function that hangs is shown, with its line", async (test) => {
  const { server } = test.madeUpServer(["201"], {
    status: {
      status: () => ({
        ...WORKING_STATUS,
        lastMessageAgeSeconds: 90,
        lastProbeAgeSeconds: 5,
        hanging: [{ fn: "lineDrop", line: "201", forSeconds: 12.3 }],
      }),
    },
  });
  const panel = await test.open(server.port);
  await panel.becomes("#overview", "its driver hangs");
  await panel.becomes("#overview", /1:3\d ago/);
  await panel.becomes("#troubles", /lineDrop has not returned for 12 s.*201/s);
});

panelTest(
  "lines that are open and hear no call are told, with what may be the cause",
  async (test) => {
    const { server } = test.madeUpServer(["201"], {
      status: { status: () => ({ ...WORKING_STATUS, silentForSeconds: 1900 }) },
    });
    const panel = await test.open(server.port);
    await panel.becomes("#overview", /no call was heard for 31 min.*licence/s);
    await panel.page.locator('#overview a[href="manual/troubleshooting#silent"]').waitFor();
  },
);

panelTest("what callers call themselves is text and nothing else", async (test) => {
  const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  const { bus, server } = test.madeUpServer(["201"], {}, () => ({
    ok: false,
    error: { code: "no_call", message: hostile },
  }));
  bus.publish(
    lineEvent({ line: "202", name: hostile, permanentId: "test:202" }, { change: "added" }),
  );
  bus.publish(callEvent({
    line: "202",
    permanentId: "test:202",
    caller: { number: "<b>1</b>", name: hostile, presentation: "shown" },
    stateMode: "<i>x</i>",
    can: ["drop"],
  }, { change: "new", atMs: Date.now() }));
  const panel = await test.open(server.port);
  await panel.tile("202").click();
  await panel.command("Hang up");
  for (
    const part of [".tile", "#calls td", "#phone [data-part=calls]", "#phone [data-part=results]"]
  ) {
    await panel.becomes(part, hostile);
  }
  bus.publish(callEvent({
    line: "202",
    permanentId: "test:202",
    state: "CONNECTED",
    caller: { number: "", name: hostile, presentation: "shown" },
  }, { atMs: Date.now() }));
  await panel.becomes("#events li", hostile);
  assert.equal(await panel.page.locator("body img, body b, body i").count(), 0);
  assert.doesNotMatch(await panel.page.title(), /^[12]$/);
});

panelTest(
  "names and links of calls are shown, and the journal is searched by name",
  async (test) => {
    const program = await test.exchange();
    const panel = await test.open(program.port);
    await program.ring("201", "+441632960051");
    await panel.becomes("#calls td", "Otto Muster, Example Bakery +441632960051");
    const link = panel.page.locator("#calls [data-part=links] a");
    await panel.textsAre(link, "simulated");
    assert.equal(
      await link.getAttribute("href"),
      "https://crm.example.com/customers/C-0051-1",
    );
    await program.drop("201");
    await program.ring("202", "+441632960001");
    await program.drop("202");
    await panel.countIs("#journal tbody tr", 2);
    await panel.page.getByLabel("Name contains").fill("muster");
    await panel.page.locator("#journal").getByRole("button", { name: "Search" }).click();
    await panel.countIs("#journal tbody tr", 1);
    await panel.becomes("#journal td", "Otto Muster, Example Bakery +441632960051");
  },
);

panelTest("the journal says which sites' calls are not all shown", async (test) => {
  let missing: readonly string[] = ["berlin", "munich"];
  const page = () => Promise.resolve({ entries: [], missing });
  const { server } = test.madeUpServer(["berlin/201"], { journal: { page, chain: page } });
  const panel = await test.open(server.port);
  await panel.becomes("#journal", "Not all calls of berlin, munich are shown");
  missing = [];
  await panel.page.locator("#journal").getByRole("button", { name: "Search" }).click();
  await panel.gone("#journal [data-part=missing]:not(:empty)");
  await panel.becomes("#journal", "No calls found.");
});

panelTest("events are filtered, and stand still while they are read", async (test) => {
  const { bus, server } = test.madeUpServer(["201", "202"]);
  const panel = await test.open(server.port);
  await panel.becomes("#overview", "Connected to the phone system");
  talk({ bus }, "201");
  talk({ bus }, "202");
  const events = panel.page.locator("#events");
  const rows = events.locator("li");
  // The connection, and a call on each line.
  await panel.countIs("#events li", 3);
  await events.getByLabel("Find").fill("201");
  await panel.countIs("#events li", 1);
  await panel.becomes("#events li", "201");
  await events.getByLabel("Find").fill("");
  await panel.countIs("#events li", 3);
  await events.getByLabel("Kind").selectOption("system");
  await panel.countIs("#events li", 1);
  await panel.becomes("#events li", "connected");
  await events.getByLabel("Kind").selectOption("");
  await panel.countIs("#events li", 3);
  const pause = events.getByRole("button", { name: "Pause" });
  await pause.click();
  for (let i = 0; i < 7; i++) talk({ bus }, "201");
  await events.getByRole("button", { name: "Resume (7 new)" }).waitFor();
  assert.equal(await rows.count(), 3);
  await events.getByRole("button", { name: "Resume (7 new)" }).click();
  await panel.countIs("#events li", 10);
});

panelTest("connected clients are listed, with their unsent bytes", async (test) => {
  const { server } = test.madeUpServer(["201"]);
  const panel = await test.open(server.port);
  const slow = new WebSocket(`ws://127.0.0.1:${server.port}/?line=201&line=777`);
  await panel.becomes("#clients tbody tr", /anonymous127\.0\.0\.1:\d+classic201, 7770 B/);
  await panel.becomes("#clients tbody tr", /v2all0 B/);
  await panel.becomes("#clients-title", "2");
  slow.close();
  await panel.countIs("#clients tbody tr", 1);
});

panelTest("the keyboard alone gets everywhere", async (test) => {
  const { bus, commands, server } = test.madeUpServer(
    Array.from({ length: 12 }, (_, i) => `${201 + i}`),
  );
  talk({ bus }, "202", ["drop", "transfer"]);
  const panel = await test.open(server.port);
  const { keyboard } = panel.page;
  const focused = () => panel.page.evaluate("document.activeElement.textContent.trim()");
  await panel.lampIs("202", "T");
  // One stop for all lines, arrows within.
  await panel.tile("201").focus();
  await keyboard.press("ArrowRight");
  await keyboard.press("Enter");
  await panel.becomes(`${tileOf("202")}[aria-selected="true"]`, "202");
  await keyboard.press("End");
  assert.match(String(await focused()), /212/);
  await keyboard.press("Tab");
  assert.doesNotMatch(String(await focused()), /Desk/);
  await keyboard.press("Shift+Tab");
  await keyboard.press("Home");
  await keyboard.press("ArrowDown");
  await keyboard.press("ArrowUp");
  assert.match(String(await focused()), /201/);
  await panel.button("Transfer").focus();
  await keyboard.press("Enter");
  await keyboard.press("Escape");
  await panel.gone("form.command");
  assert.equal(await focused(), "Transfer");
  await keyboard.press("Enter");
  await keyboard.type("205");
  await keyboard.press("Enter");
  await until(() => commands.length === 1);
  assert.deepEqual(commands[0], { cmd: "transfer", call: 202, number: "205" });
  assert.equal(await focused(), "Transfer");
});

const MONITOR: Grant = { can: ["monitor"], lines: ["20*"] };
const DIALLER: Grant = { can: ["control"], lines: ["*"] };

panelTest(
  "one who may only look is offered no command, and not told who is connected",
  async (test) => {
    const { bus, server } = test.madeUpServer(["201", "301"], { rules: rulesFor(MONITOR) });
    talk({ bus }, "201", ["drop"]);
    const panel = await test.open(server.port);
    await panel.becomes("#identity", "You are anonymous (monitor, lines 20*)");
    await panel.tile("201").click();
    await panel.becomes("#phone", "You cannot control calls");
    await until(() => panel.button("Dial").isDisabled());
    assert.equal(await panel.button("Hang up").count(), 0);
    assert.equal(await panel.tile("301").count(), 0);
    assert(await panel.page.locator("#clients").isHidden());
    assert(await panel.page.locator('nav a[href="#clients"]').isHidden());
  },
);

panelTest("a user without the right to monitor is told so", async (test) => {
  const { server } = test.madeUpServer(["201"], { rules: rulesFor(DIALLER) });
  const panel = await test.open(server.port);
  await panel.becomes("#overview", "You can control calls, but not see them");
});

panelTest(
  "a token is asked for where one is needed, kept for the tab, and sent with everything",
  async (test) => {
    const rules = rulesFor(undefined, { tokens: [tokenRule("secret", { name: "ada" })] });
    const { server } = test.madeUpServer(["201"], { rules });
    const panel = await test.open(server.port);
    const { page } = panel;
    const sentWith = new Map<string, string | undefined>();
    page.on("request", (request) => {
      sentWith.set(new URL(request.url()).pathname, request.headers()["authorization"]);
    });
    await page.locator("dialog[open]").waitFor();
    await panel.becomes("#overview", "This server requires a token");
    await page.getByLabel("Token", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Use token" }).click();
    await page.locator("dialog[open]").waitFor();
    await page.getByLabel("Token", { exact: true }).fill("secret");
    await page.keyboard.press("Enter");
    await panel.becomes("#overview", "Connected to the phone system");
    await panel.becomes("#identity", "You are ada");
    await panel.becomes("#connect code", 'token: "YOUR-TOKEN"');
    await until(() =>
      ["/readyz", "/api/v2/clients"].every((path) => sentWith.get(path) === "Bearer secret")
    );
    await page.reload();
    await panel.becomes("#identity", "You are ada");
    await page.getByRole("button", { name: "Token…" }).click();
    await page.getByRole("button", { name: "Forget token" }).click();
    await page.locator("dialog[open]").waitFor();
  },
);

panelTest("what a server has not is not shown", async (test) => {
  const { server } = test.madeUpServer(["201"]);
  const panel = await test.open(server.port);
  await panel.becomes("#overview", "Connected to the phone system");
  await panel.becomes("#clients tbody tr", "v2");
  for (const part of ["#journal", "#simulation", 'nav a[href="#journal"]']) {
    assert(await panel.page.locator(part).isHidden(), part);
  }
});
