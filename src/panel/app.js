// @ts-check
/** Puts the page together: the connection, and the parts that look at it. */
import { Answers } from "./answers.js";
import { Calls } from "./calls.js";
import { Clients } from "./clients.js";
import { byId, make } from "./dom.js";
import { drawSoon } from "./frames.js";
import { whenUnauthorized } from "./http.js";
import { Journal } from "./journal.js";
import { Lines } from "./lines.js";
import { Phone } from "./phone.js";
import { Simulation } from "./simulation.js";
import { Session } from "./session.js";
import { Snippet } from "./snippet.js";
import { Tail } from "./tail.js";
import { TokenWindow } from "./token.js";
import { Troubles } from "./troubles.js";
import { Verdict } from "./verdict.js";

const NEEDS_TOKEN = "The server does not let everybody look.";

const session = new Session();
const answers = new Answers(byId("phone", HTMLElement));
const troubles = new Troubles(session);
new Verdict(session, (ready) => troubles.take(ready));
new Phone(session, answers);
new Lines(session);
new Calls(session);
new Tail(session);
new Journal(session);
new Simulation(session, answers);
new Snippet(session);
const clients = new Clients();

const tokens = new TokenWindow(() => session.restart());
session.listen((news) => {
  if (news.type !== "status") return;
  const { status, reason = "" } = news.event;
  if (status === "open") {
    clients.ask();
    // Nobody may come without a token, and has a little time to give one.
    if (session.client.identity?.can.length === 0) tokens.demand(NEEDS_TOKEN);
  }
  if (status === "closed" && session.refusal === "unauthorized") {
    tokens.demand(`${NEEDS_TOKEN} It says: ${reason}.`);
  }
});
whenUnauthorized(() => tokens.demand(NEEDS_TOKEN));

// Which lines there are, for the fields that ask for one.
session.listen((news) => {
  const changesNames = news.type === "line" &&
    (news.change === "added" || news.change === "removed");
  if (news.type === "state" || changesNames) drawSoon(nameLines);
});

function nameLines() {
  const names = Array.from(
    session.client.lines.values(),
    ({ line, name }) => make("option", name, { value: line }),
  );
  byId("line-names", HTMLDataListElement).replaceChildren(...names);
}
