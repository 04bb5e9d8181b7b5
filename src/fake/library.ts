/**
 * A second TapiLibrary for development: the same bytes, no Windows. This module puts together the fake
 * exchange, what happens at it, and the telephony service above it.
 */
import { type Clock, systemClock } from "../clock.ts";
import { LINE, LINEMEDIAMODE } from "../tapi/constants.ts";
import type { Lacks } from "./exchange/abilities.ts";
import type { FakeDriver } from "../model/simulation.ts";
import { Exchange } from "./exchange/exchange.ts";
import { Random } from "./random.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { Script } from "./scenarios/script.ts";
import { Simulation } from "./scenarios/simulation.ts";
import { Traffic } from "./scenarios/traffic.ts";
import { Announcer } from "./service/announcer.ts";
import {
  callRequests,
  handleFunctions,
  joiningRequests,
  lineRequests,
} from "./service/call_functions.ts";
import { Devices } from "./service/devices.ts";
import { Handles } from "./service/handles.ts";
import { applicationFunctions, lineFunctions, messageFunctions } from "./service/line_functions.ts";
import { Quirks } from "./service/quirks.ts";
import { Requests } from "./service/requests.ts";
import { settingRequests } from "./service/setting_functions.ts";
import { answer, type CompleteLibrary, type Functions } from "./service/service.ts";

export interface FakeTapiOptions {
  /** How many; the first is 201. */
  readonly extensions?: number;
  /** Random calls; 0 for none. They are left out where there is a scenario. */
  readonly callsPerMinute?: number;
  /** The same seed, the same calls; without one they differ each time. */
  readonly seed?: number;
  /** A script of what happens. */
  readonly scenario?: Scenario;
  readonly clock?: Clock;
  /** Leaves out what real drivers do to programs, for tests that are about something else. */
  readonly polite?: boolean;
  /** From a request to its LINE_REPLY, always; otherwise 5 to 40 ms and now and then late. */
  readonly replyDelayMs?: number;
  /** The driver of telephones that name none; `tapi` when left out. */
  readonly driver?: FakeDriver;
  /** Features that the exchange has otherwise, and here lacks. */
  readonly lacks?: Partial<Lacks>;
  /** LINEERR_ codes by extension, for lines that cannot be opened. */
  readonly openErrors?: Readonly<Record<string, number>>;
}

/** The fake exchange as a TAPI library that lacks no function. */
export type FakeTapi = CompleteLibrary & FakeControl;

/** The controls for tests. */
interface FakeControl {
  readonly seed: number;
  readonly exchange: Exchange;
  /** Calls that somebody asks for while the exchange works. */
  readonly simulation: Simulation;
  /** Call handles that have not been deallocated. */
  liveHandles(): number;
  /** The provider closes the line of an extension, as it does when it loses the exchange. */
  forceClose(extension: string): void;
}

const DEFAULT_EXTENSIONS = 8;
const DEFAULT_CALLS_PER_MINUTE = 12;

/**
 * Creates a fake exchange. It stands still until an application initialises it, starts anew when
 * one does, and leaves no timer when the last one has shut it down.
 *
 * @throws ScenarioError when the scenario names an extension that does not exist.
 */
export function createFakeTapi(options: FakeTapiOptions = {}): FakeTapi {
  const {
    callsPerMinute = DEFAULT_CALLS_PER_MINUTE,
    clock = systemClock,
    driver = "tapi",
    extensions = DEFAULT_EXTENSIONS,
    openErrors = {},
    polite = false,
    replyDelayMs,
    scenario,
    seed = Math.floor(Math.random() * 0x100000000),
  } = options;
  const lacks = { call: 0, call2: 0, address: 0, ...options.lacks };
  const quirks = new Quirks(polite, seed, replyDelayMs);
  const devices = new Devices();
  const handles = new Handles(clock);
  const exchange = new Exchange(clock, new Announcer(devices, handles, quirks), driver);
  // The extensions are neither the first devices nor the last ones.
  devices.add("WAN Miniport (L2TP)", LINEMEDIAMODE.DIGITALDATA);
  exchange.addExtensions(extensions);
  for (const telephone of scenario?.telephones ?? []) exchange.addTelephone(telephone);
  devices.add("Standard 56000 bps Modem", LINEMEDIAMODE.DATAMODEM);
  const script = scenario && new Script(exchange, scenario);
  const service = {
    exchange,
    devices,
    handles,
    requests: new Requests(exchange, handles, quirks, lacks),
    quirks,
    lacks,
    openErrors,
    startLife() {
      if (script !== undefined) script.start();
      else if (callsPerMinute > 0) new Traffic(exchange, new Random(seed), callsPerMinute).start();
    },
  };
  return {
    ...messageFunctions(service),
    ...answered({
      ...applicationFunctions(service),
      ...lineFunctions(service),
      ...handleFunctions(service),
      ...lineRequests(service),
      ...callRequests(service),
      ...joiningRequests(service),
      ...settingRequests(service),
    }),
    seed,
    exchange,
    simulation: new Simulation(exchange),
    liveHandles: () => handles.callCount,
    forceClose(number) {
      const extension = exchange.extensions.get(number);
      for (const line of [...extension ? handles.linesOf(extension) : []]) {
        // All its handles are dead before the message comes.
        handles.closeLine(line);
        line.post({ dwMessageID: LINE.CLOSE });
      }
    },
  };
}

/** The functions as nonblocking FFI calls have them: their LONG comes in a promise. */
function answered(functions: Functions): Pick<CompleteLibrary, keyof Functions> {
  const entries = Object.entries(functions) as [string, (...args: unknown[]) => number | void][];
  return Object.fromEntries(
    entries.map(([name, fn]) => [
      name,
      (...args: unknown[]) => Promise.resolve(answer(() => fn(...args))),
    ]),
    // One function for one function.
  ) as unknown as Pick<CompleteLibrary, keyof Functions>;
}
