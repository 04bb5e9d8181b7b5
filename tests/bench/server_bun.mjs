/** Bun's own publish, which sends a text to all who have subscribed to a topic: a baseline. */
import { IDLE_TIMEOUT_SECONDS, serveSubject } from "./subject.mjs";

const TOPIC = "calls";
/** @type {any} Bun's types are not ours. */
const { Bun } = globalThis;
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  /** @param {Request} request @param {any} server */
  fetch: (request, server) =>
    server.upgrade(request) ? undefined : new Response(null, { status: 400 }),
  websocket: {
    idleTimeout: IDLE_TIMEOUT_SECONDS,
    /** @param {any} client */
    open: (client) => client.subscribe(TOPIC),
    message() {},
  },
});
serveSubject({
  port: server.port,
  clients: () => server.subscriberCount(TOPIC),
  /** @param {string} text */
  publish(text) {
    server.publish(TOPIC, text);
  },
});
