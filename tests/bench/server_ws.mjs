/**
 * Node with the ws package, sending texts to all clients as its README does: the other baseline.
 * The first argument is the URL of the package's module.
 */
import process from "node:process";
import { serveSubject } from "./subject.mjs";

const { WebSocket, WebSocketServer } = await import(process.argv[2]);
const server = new WebSocketServer({ host: "127.0.0.1", port: 0 }, () =>
  serveSubject({
    port: server.address().port,
    clients: () => server.clients.size,
    /** @param {string} text */
    publish(text) {
      for (const client of server.clients) {
        if (client.readyState === WebSocket.OPEN) client.send(text);
      }
    },
  }));
