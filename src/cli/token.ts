/** `tapi2ws token NAME`: makes a token, which is shown only once, and its table for the settings file. */
import { createHash } from "node:crypto";

const TOKEN_BYTES = 32;

/** @returns The text to print. */
export function newToken(name: string): string {
  const token = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
  const sha256 = createHash("sha256").update(token).digest("hex");
  return `The token, which is shown only once:

${token}

For the settings file; can and lines are its rights:

[[token]]
name = ${JSON.stringify(name)}
sha256 = "${sha256}"
can = ["monitor", "control"]
lines = ["*"]
# expires = 2030-01-31
# dial = { deny = ["0900*"] }
`;
}
