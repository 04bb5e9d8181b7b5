/** All sites as a gateway knows them: the state that its clients are shown. */
import { logger } from "../log.ts";
import type { Call } from "../model/call.ts";
import type { CallId } from "../model/call_id.ts";
import type { EventDraft } from "../model/event.ts";
import type { Line } from "../model/line.ts";
import { siteNumberOf } from "./names.ts";
import { SiteView } from "./site_view.ts";
import type { Stored } from "./streams.ts";
import { MESSAGE, readAs, siteOfSubject, type Stretch } from "./wire.ts";

const log = logger("nats");

export interface FleetEvents {
  /** Nothing of a site's stretch counts any more: what is left of it has to end. */
  readonly onLost: (view: SiteView, stretch: Stretch, atMs: number) => void;
  /** Events of a site's stretch are missing for everyone. */
  readonly onGap: (view: SiteView, stretch: Stretch) => void;
}

export class Fleet {
  readonly #events: FleetEvents;
  /** By name. */
  readonly #views = new Map<string, SiteView>();

  constructor(events: FleetEvents) {
    this.#events = events;
  }

  views(): Iterable<SiteView> {
    return this.#views.values();
  }

  /** The view of a site, which is made when it is first heard of. */
  viewOf(site: string): SiteView {
    let view = this.#views.get(site);
    if (view === undefined) this.#views.set(site, view = new SiteView(site));
    return view;
  }

  /** The view of the site that a line or a call belongs to. */
  viewWith(target: { readonly site: string } | { readonly call: CallId }): SiteView | undefined {
    if ("site" in target) return this.#views.get(target.site);
    const number = siteNumberOf(target.call);
    return this.#views.values().find((view) => view.number === number);
  }

  lines(): readonly Line[] {
    return this.#views.values().flatMap((view) => view.lines()).toArray();
  }

  calls(): readonly Call[] {
    return this.#views.values().flatMap((view) => view.calls()).toArray();
  }

  call(id: CallId): Call | undefined {
    return this.viewWith({ call: id })?.call(id);
  }

  /** Takes the next message of the stream. @returns The event that clients hear, if it is one. */
  take({ seq, subject, text }: Stored): EventDraft | undefined {
    const message = readAs(MESSAGE, text);
    if (message === undefined) {
      log.error("The message {seq} on {subject} cannot be read", { seq, subject });
      return undefined;
    }
    const view = this.viewOf(siteOfSubject(subject));
    switch (message.kind) {
      case "up":
        view.begin(message);
        return undefined;
      case "lost":
        if (view.lose(message)) this.#events.onLost(view, message, message.atMs);
        return undefined;
      case "obituary":
        return view.end(message) ? message.event : undefined;
      case "event": {
        const result = view.take(message);
        if (result === "void") return undefined;
        if (result === "gap") this.#events.onGap(view, message);
        return message.event;
      }
    }
  }
}
