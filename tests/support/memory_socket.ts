/** A socket in memory: keeps what is sent, and lets a test hold it back. */
import type { ClientSocket } from "../../src/server/net/client.ts";

export class MemorySocket implements ClientSocket {
  readonly sent: string[] = [];
  closed: { code: number; reason: string } | undefined;
  bufferedAmount = 0;
  readyState = 1;
  /** Whether the other end takes nothing any more. */
  stalled = false;

  send(text: string): void {
    this.sent.push(text);
    if (this.stalled) this.bufferedAmount += text.length;
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
    this.readyState = 2;
  }
}
