// @ts-check
/** Puts the page together: the connection, and the parts that show it. */
import { Calls } from "./calls.js";
import { Clients } from "./clients.js";
import { byId, make } from "./dom.js";
import { drawSoon } from "./frames.js";
import { whenUnauthorized } from "./http.js";
import { Journal } from "./journal.js";
import { Lines } from "./lines.js";
import { NumberTrial } from "./number_trial.js";
import { Overview } from "./overview.js";
import { Phone } from "./phone.js";
import { Results } from "./results.js";
import { Simulation } from "./simulation.js";
import { Session } from "./session.js";
import { Snippet } from "./snippet.js";
import { Tail } from "./tail.js";
import { TokenDialog } from "./token.js";
import { Troubles } from "./troubles.js";

const NEEDS_TOKEN = "This server requires a token.";

const session = new Session();
const results = new Results(byId("phone", HTMLElement));
const troubles = new Troubles(session);
new Overview(session, (ready) => troubles.take(ready));
new Phone(session, results);
new Lines(session);
new Calls(session);
new Tail(session);
new Journal(session);
new Simulation(session, results);
new NumberTrial(session);
new Snippet(session);
const clients = new Clients();

const tokens = new TokenDialog(() => session.restart());
session.listen((news) => {
  if (news.type !== "status") return;
  const { status, reason = "" } = news.event;
  if (status === "open") {
    clients.ask();
    // Without a token the server waits a little for one before it disconnects.
    if (session.client.identity?.can.length === 0) tokens.demand(NEEDS_TOKEN);
  }
  if (status === "closed" && session.refusal === "unauthorized") {
    tokens.demand(`${NEEDS_TOKEN} Its answer: ${reason}.`);
  }
});
whenUnauthorized(() => tokens.demand(NEEDS_TOKEN));

// Suggestions for the fields that ask for a line.
session.listen((news) => {
  const changesNames = news.type === "line" &&
    (news.change === "added" || news.change === "removed");
  if (news.type === "state" || changesNames) drawSoon(nameLines);
});

function nameLines() {
  const names = Array.from(
    session.client.lines.values(),
    (line) => make("option", line.name, { value: session.nameOf(line) }),
  );
  byId("line-names", HTMLDataListElement).replaceChildren(...names);
}
