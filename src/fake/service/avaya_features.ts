/** Avaya IP Office's functions by lineDevSpecific: bytes with the switch's own numbers of features. */
import { LINEERR, LINEFORWARDMODE } from "../../tapi/constants.ts";
import type { Memory } from "../../tapi/library.ts";
import { toNumber } from "../exchange/dial_plan.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Extension } from "../exchange/extension.ts";
import { Refusal } from "../refusal.ts";

const LOG_IN = 8;
const FEATURE = 9;
const LAMP_TEXT = /^;Mailbox Msgs=(\d)$/;

/** A feature, of the telephone from whose line it comes. */
interface Use {
  readonly exchange: Exchange;
  readonly extension: Extension;
  /** The text after the number of the feature. */
  readonly text: string;
}

type Feature = (use: Use) => void;

const { BUSY, NOANSW, UNCOND } = LINEFORWARDMODE;

const FEATURES: Readonly<Record<number, Feature>> = {
  0: forwarding(UNCOND, true),
  1: forwarding(UNCOND, false),
  2: forwarding(BUSY, true),
  3: forwarding(BUSY, false),
  4: forwarding(NOANSW, true),
  5: forwarding(NOANSW, false),
  6: ({ extension, text }) => {
    const forwardNumber = toNumber(text);
    extension.set({ forwardNumber });
    extension.forward(
      extension.forwards.map(({ mode, to }) => ({ mode, to: to === "" ? to : forwardNumber })),
    );
  },
  7: ({ extension }) => extension.setDoNotDisturb(true),
  8: ({ extension }) => extension.setDoNotDisturb(false),
  47: ({ extension }) => extension.set({ user: "" }),
  73: ({ extension, text }) => {
    const [, messages] = LAMP_TEXT.exec(text) ?? [];
    // Any other text is only shown.
    if (messages === undefined) return;
    extension.setMessages(Number(messages), extension.settings.readMessages);
  },
  76: ({ extension, text }) => extension.enableGroup(text, true),
  77: ({ extension, text }) => extension.enableGroup(text, false),
  83: ({ exchange, extension, text }) =>
    exchange.supervision.intrude(extension, targetOf(exchange, text)),
  100: ({ exchange, extension, text }) =>
    exchange.supervision.listen(extension, targetOf(exchange, text)),
  101: ({ extension, text }) => extension.set({ account: text }),
};

/**
 * Reads what is asked for at once, as the driver does: the memory is its own until the reply.
 *
 * @returns Carries it out.
 * @throws Refusal for bytes that the driver does not know.
 */
export function featureOf(params: Memory): (use: Omit<Use, "text">) => void {
  const [kind, number = -1] = params;
  const bytes = params.subarray(kind === LOG_IN ? 1 : 2);
  const end = bytes.indexOf(0);
  const feature = kind === LOG_IN ? logIn : kind === FEATURE ? FEATURES[number] : undefined;
  if (feature === undefined || end < 0) throw new Refusal(LINEERR.INVALPARAM);
  const text = String.fromCharCode(...bytes.subarray(0, end));
  return (use) => feature({ ...use, text });
}

function logIn({ exchange, extension, text }: Use): void {
  exchange.logIn(targetOf(exchange, text).number, extension);
}

function forwarding(mode: number, isOn: boolean): Feature {
  return ({ extension }) => {
    const { forwards, settings: { forwardNumber: to } } = extension;
    const others = forwards.filter((forward) => forward.mode !== mode || forward.to === "");
    extension.forward(isOn ? [...others, { mode, to }] : others);
  };
}

function targetOf({ extensions }: Exchange, number: string): Extension {
  const extension = extensions.get(number);
  if (extension === undefined || extension.isGroup) throw new Refusal(LINEERR.OPERATIONFAILED);
  return extension;
}
