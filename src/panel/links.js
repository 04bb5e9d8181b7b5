// @ts-check
/** The links of a call: those of the server's settings, and the page that its directory has. */
/** @import { Call, Link, Party } from "../client/client.d.ts" */
import { KeyedList, make, mark, write } from "./dom.js";
import { otherEnd } from "./format.js";

/** @typedef {Pick<Link, "name" | "url">} Shown */

export class CallLinks {
  /** @type {KeyedList<string, Shown, HTMLAnchorElement>} */
  #list;

  /** @param {Element} parent Holds nothing else. */
  constructor(parent) {
    this.#list = new KeyedList(
      parent,
      () => make("a", "", { target: "_blank", rel: "noopener noreferrer" }),
      (element, { name, url }) => {
        write(element, name);
        mark(element, "href", url);
      },
    );
  }

  /** @param {Call} call */
  show(call) {
    this.#list.show(linksOf(call));
  }
}

/** @type {(call: Pick<Call, "links" | "direction" | "caller" | "called" | "connected">) => Map<string, Shown>} */
export function linksOf(call) {
  /** @type {Map<string, Shown>} */
  const links = new Map((call.links ?? []).map((link) => [link.name, link]));
  const page = pageOf(otherEnd(call));
  if (page !== undefined && ![...links.values()].some(({ url }) => url === page.url)) {
    links.set("", page);
  }
  return links;
}

/** @type {(party: Party) => Shown | undefined} */
function pageOf({ directory }) {
  return directory?.url === undefined ? undefined : { name: directory.source, url: directory.url };
}
