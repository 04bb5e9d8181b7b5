/** `tapi2ws token NAME`: a new token, shown this once, and what to put into the file for it. */
import { createHash } from "node:crypto";

const TOKEN_BYTES = 32;

export function newToken(name: string): string {
  const token = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
  const sha256 = createHash("sha256").update(token).digest("hex");
  return `The token, which is not shown again:

${token}

For the file of settings, where can and lines say what it permits:

[[token]]
name = ${JSON.stringify(name)}
sha256 = "${sha256}"
can = ["monitor", "control"]
lines = ["*"]
# expires = 2030-01-31
# dial = { deny = ["0900*"] }
`;
}
