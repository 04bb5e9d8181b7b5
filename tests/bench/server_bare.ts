/** The least that Deno needs to send texts to a set of sockets: the baseline of our server. */
import { IDLE_TIMEOUT_SECONDS, serveSubject } from "./subject.mjs";

const sockets = new Set<WebSocket>();
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request, {
    idleTimeout: IDLE_TIMEOUT_SECONDS,
  });
  socket.onopen = () => sockets.add(socket);
  socket.onclose = () => sockets.delete(socket);
  return response;
});
serveSubject<string>({
  port: server.addr.port,
  clients: () => sockets.size,
  publish(text) {
    for (const socket of sockets) socket.send(text);
  },
});
