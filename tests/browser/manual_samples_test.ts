/** The manual's sample pages, as they stand there, in real Chromium against the program on the fake. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { Folder } from "../support/folder.ts";
import { FakeExchange } from "../support/process.ts";
import { browserTest, launchChromium, newContext } from "./chromium.ts";
import { sample, samples } from "../support/manual.ts";
import { errorsOf, servePage, textBecomes } from "./page.ts";

/** Opens the manual's sample of this title, connected to the program, and uses it. */
function sampleTest(
  name: string,
  title: string,
  use: (page: Page, program: FakeExchange) => Promise<void>,
  settings = "",
): void {
  browserTest(name, async () => {
    await using folder = await Folder.make();
    const file = await folder.write("tapi2ws.toml", settings);
    await using program = await FakeExchange.start(`--config=${file}`);
    const html = sample("html", `<title>${title}</title>`).replaceAll(
      "localhost:43001",
      `127.0.0.1:${program.port}`,
    );
    assert(
      html.includes(`127.0.0.1:${program.port}`),
      "the sample connects to the documented port",
    );
    await using site = servePage(html);
    await using browser = await launchChromium();
    const page = await (await newContext(browser)).newPage();
    const errors = errorsOf(page);
    await page.goto(`http://127.0.0.1:${site.addr.port}/`);
    await use(page, program);
    assert.deepEqual(errors, []);
  });
}

Deno.test("the manual's pages that use the library have less than 30 lines each", () => {
  const lengths = samples("html", "/client.js").map((html) => html.trim().split("\n").length);
  assert(lengths.length >= 5);
  for (const length of lengths) assert(length < 30, `${length} lines`);
});

sampleTest(
  "the manual's screen-pop opens the card, and shows the call to its end",
  "Who calls?",
  async (page, program) => {
    await textBecomes(page, "#status", "open");
    await program.ring("202", "+441632960002");
    await program.ring("201", "+441632960001");
    await textBecomes(page, "#calls li", "OFFERING: +441632960001 to 201");
    await page.frameLocator('#card[src="card.html?number=%2B441632960001"]').locator("html")
      .waitFor();
    await program.drop("201");
    await page.locator("#calls li").waitFor({ state: "detached" });
  },
);

sampleTest(
  "the manual's page with names shows the directory's, and opens the card once the name is there",
  "Who is it?",
  async (page, program) => {
    await page.route(
      "https://crm.example.com/**",
      (route) =>
        route.fulfill({ contentType: "text/html", body: `<p>${route.request().url()}</p>` }),
    );
    await program.ring("201", "+441632960051");
    await textBecomes(page, "#calls li", "Otto Muster: OFFERING");
    await page.frameLocator("#card").getByText("https://crm.example.com/customers/C-0051-1")
      .waitFor();
  },
  sample("toml", 'on = "ring"'),
);

sampleTest(
  "the manual's click-to-dial dials from a link, hangs up, and says what is wrong",
  "Click to dial",
  async (page) => {
    await page.click("text=Ada Example");
    await textBecomes(page, "#status", "+441632960123: CONNECTED");
    await page.click("#drop");
    await textBecomes(page, "#status", "+441632960123: IDLE");
    await page.fill("#extension", "999");
    await page.click("text=the warehouse");
    await textBecomes(page, "#status", "There is no such line");
  },
);

sampleTest(
  "the manual's page without a library shows calls, compares data.line === 201, dials to CONNECTED and hangs up",
  "Telephone",
  async (page) => {
    await textBecomes(page, "#status", "connected");
    await page.fill("#number", "+441632960123");
    await page.click("#dial");
    await textBecomes(page, "#calls", "CONNECTED");
    await page.click("#drop");
    await textBecomes(page, "#calls", "IDLE");
    assert.match(await page.locator("#calls").innerText(), /\+441632960123/);
  },
);

sampleTest(
  "the manual's first page lists every call that rings",
  "Who rings?",
  async (page, program) => {
    await program.ring("201", "+441632960001");
    await textBecomes(page, "#calls li", "201 rings: +441632960001");
  },
);

sampleTest(
  "the manual's page of a team says who talks, is not to be disturbed, has left or has voicemail",
  "Who is there?",
  async (page, program) => {
    await textBecomes(page, "#team li", "Anna Brandt:201: free");
    await textBecomes(page, "#team li", "Ben Carter:202: do not disturb");
    await textBecomes(page, "#team li", "Chiara Conti:203: logged out");
    await textBecomes(page, "#team li", "David Okafor:204: 3 in voicemail");
    await program.ring("201", "+441632960001");
    await program.answer("201");
    await textBecomes(page, "#team li", "Anna Brandt:201: talking");
    await program.drop("201");
    await textBecomes(page, "#team li", "Anna Brandt:201: free");
  },
  `[fake]
driver = "avaya_ip_office"
scenario = "${fileURLToPath(new URL("../fixtures/scenario_team.toml", import.meta.url))}"
`,
);
