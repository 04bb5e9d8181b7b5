/** What clients may ask for and what they are answered, in the words that both sides of the bus share. */

/** A command, checked and complete. `line` is an extension. */
export type Command =
  | { readonly cmd: "dial"; readonly line: string; readonly number: string }
  | { readonly cmd: "drop"; readonly line: string };

export type CommandErrorCode =
  | "bad_json"
  | "bad_request"
  | "unknown_command"
  | "unknown_line"
  | "no_call"
  | "not_supported"
  | "tapi_error"
  | "timeout"
  | "provider_down";

/** Why a command was not carried out. The message is for people. */
export interface CommandError {
  readonly code: CommandErrorCode;
  readonly message: string;
}

export type CommandResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: CommandError };

/** Carries commands out. Never rejects: what goes wrong is an answer. */
export interface CommandPort {
  execute(command: Command): Promise<CommandResult>;
}
