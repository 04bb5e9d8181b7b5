/** A WebSocket server that says what a test tells it to: a newer, a wrong, or a refusing one. */

export interface Visitor {
  readonly socket: WebSocket;
  /** The token that the client offered. */
  readonly token: string | undefined;
  /** Every command so far. */
  readonly received: Record<string, unknown>[];
  /** Sends a frame: text as it is, anything else as JSON. */
  send(frame: unknown): void;
}

export class ScriptedServer implements AsyncDisposable {
  readonly visitors: Visitor[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /**
   * @param connected What is done for each client when it is there.
   * @param received What is done with each of its commands.
   */
  constructor(
    connected: (visitor: Visitor) => void,
    received: (visitor: Visitor, command: Record<string, unknown>) => void = () => {},
  ) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
      const offered = request.headers.get("sec-websocket-protocol") ?? "";
      const { socket, response } = Deno.upgradeWebSocket(request, { protocol: "tapi2ws.v2" });
      const visitor: Visitor = {
        socket,
        token: offered.match(/tapi2ws\.token\.([^, ]+)/)?.[1],
        received: [],
        send: (frame) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
      };
      socket.onopen = () => {
        this.visitors.push(visitor);
        connected(visitor);
      };
      socket.onmessage = ({ data }) => {
        const command = JSON.parse(data);
        visitor.received.push(command);
        received(visitor, command);
      };
      return response;
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#server.addr.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.visitors) if (socket.readyState === 1) socket.close();
    await this.#server.shutdown();
  }
}

export const HELLO = {
  type: "hello",
  server: { name: "tapi2ws", version: "9" },
  epoch: "e",
  seq: 0,
  identity: { name: "anonymous", can: ["monitor", "control"], lines: ["*"] },
  limits: {},
};

/** Answers a subscription with an empty state, and every other command with `{}`. */
export function obliging(visitor: Visitor, { id, cmd }: Record<string, unknown>): void {
  const state = { epoch: "e", seq: 0, provider: "up", lines: [], calls: [] };
  visitor.send({ type: "result", id, result: cmd === "subscribe" ? state : {} });
}
