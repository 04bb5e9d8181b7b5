/** What clients may ask for and what they are answered, in the words that both sides of the bus share. */
import type { CallNumber, ForwardWhen } from "./events.ts";

/** Which call is meant: the one with this number, or the only one of a line that can be meant. */
export type Target = { readonly call: CallNumber } | { readonly line: string };

/** A command, checked and complete. `line` is an extension. */
export type Command =
  | { readonly cmd: "dial"; readonly line: string; readonly number: string }
  /** Every call of the line. */
  | { readonly cmd: "dropAll"; readonly line: string }
  | { readonly cmd: "drop" | "answer" | "hold" | "unhold"; readonly target: Target }
  | { readonly cmd: "swap"; readonly line: string }
  | {
    readonly cmd: "transfer" | "consult" | "redirect";
    readonly target: Target;
    readonly number: string;
  }
  | {
    readonly cmd: "complete";
    readonly line: string;
    readonly mode: "transfer" | "conference";
  }
  | { readonly cmd: "park"; readonly target: Target; readonly slot?: string }
  | { readonly cmd: "unpark"; readonly line: string; readonly slot: string }
  | {
    readonly cmd: "pickup";
    readonly line: string;
    /** The extension that rings; any of the group's when left out. */
    readonly from?: string;
    /** The pickup group; the line's own when left out. */
    readonly group?: string;
  }
  | { readonly cmd: "dtmf"; readonly target: Target; readonly digits: string }
  | {
    readonly cmd: "forward";
    readonly line: string;
    readonly when: ForwardWhen;
    /** `null`: off. */
    readonly to: string | null;
  };

/** Why a command was not carried out, or a message not taken. */
export type CommandErrorCode =
  | "bad_json"
  | "bad_request"
  | "unknown_command"
  | "unknown_line"
  | "unknown_call"
  | "no_call"
  | "ambiguous"
  | "not_supported"
  | "not_permitted"
  | "unauthorized"
  | "rate_limited"
  | "tapi_error"
  | "timeout"
  | "provider_down"
  | "too_large";

/** The message is for people. */
export interface CommandError {
  readonly code: CommandErrorCode;
  readonly message: string;
  /** With `tapi_error`: LINEERR_ as tapi.h has it, or a provider's own code in hex. */
  readonly tapi?: { readonly code: number; readonly name: string };
}

/** What came of a command: the number of the call it made, the slot a call was parked in. */
export interface CommandOutcome {
  readonly call?: CallNumber;
  readonly slot?: string;
}

export type CommandResult =
  | { readonly ok: true; readonly outcome: CommandOutcome }
  | { readonly ok: false; readonly error: CommandError };

/** Carries commands out. Never rejects: what goes wrong is an answer. */
export interface CommandPort {
  execute(command: Command): Promise<CommandResult>;
}
