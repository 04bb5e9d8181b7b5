/** Why a request was not carried out: the codes that clients are answered with. */

/** Each code with its meaning and the HTTP status that says the same. */
export const ERRORS = {
  bad_json: { httpStatus: 400, meaning: "The message is not JSON" },
  bad_request: { httpStatus: 400, meaning: "A field is missing, unknown, or has a wrong value" },
  bad_number: { httpStatus: 400, meaning: "The text is not a telephone number" },
  unknown_command: { httpStatus: 400, meaning: "There is no such command" },
  unknown_line: { httpStatus: 404, meaning: "There is no such line, or you may not see it" },
  unknown_call: { httpStatus: 404, meaning: "There is no such call, or you may not see it" },
  no_call: { httpStatus: 409, meaning: "No call of the line matches the command" },
  ambiguous: { httpStatus: 409, meaning: "Several calls match: specify one" },
  not_supported: {
    httpStatus: 409,
    meaning: "The call, the line or the driver cannot do it, or not now",
  },
  not_permitted: { httpStatus: 403, meaning: "You do not have permission to do that" },
  unauthorized: { httpStatus: 401, meaning: "A token is needed, or the token is not valid" },
  rate_limited: { httpStatus: 429, meaning: "Too many requests: try again later" },
  tapi_error: { httpStatus: 502, meaning: "TAPI or the driver answered with an error" },
  timeout: {
    httpStatus: 504,
    meaning: "The driver did not answer in time; the command may still take effect",
  },
  provider_down: { httpStatus: 503, meaning: "TAPI is not available, or the line is not open" },
  too_large: { httpStatus: 413, meaning: "The message is too large" },
} as const;
export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** The message is for people. */
export interface CommandError {
  readonly code: ErrorCode;
  readonly message: string;
  /** With `tapi_error`: LINEERR_ as tapi.h has it, or a driver's own code in hex. */
  readonly tapi?: { readonly code: number; readonly name: string };
}
