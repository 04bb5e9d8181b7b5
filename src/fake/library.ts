/**
 * A second TapiLibrary for development: the same bytes, no Windows. This module puts the pretend
 * exchange and the telephone service above it together.
 */
import { Announcer } from "./announcer.ts";
import { callFunctions } from "./call_functions.ts";
import { type Clock, systemClock } from "../clock.ts";
import { createDevices, createExtensions } from "./devices.ts";
import { Handles } from "./handles.ts";
import { applicationFunctions, lineFunctions } from "./line_functions.ts";
import { Quirks } from "./quirks.ts";
import { Random } from "./random.ts";
import { Simulation } from "./simulation.ts";
import { Requests } from "./requests.ts";
import type { Scenario } from "./scenario.ts";
import { Script } from "./script.ts";
import { type Complete, type Lacks, LACKS_NOTHING } from "./service.ts";
import { Switchboard } from "./switchboard.ts";
import { Traffic } from "./traffic.ts";

export interface FakeTapiOptions {
  /** How many; the first is 201. */
  readonly extensions?: number;
  /** Random calls; 0 for none. They are left out where there is a scenario. */
  readonly callsPerMinute?: number;
  /** The same seed, the same calls; without one they differ each time. */
  readonly seed?: number;
  /** What happens, exactly. */
  readonly scenario?: Scenario;
  readonly clock?: Clock;
  /** Leaves out what real drivers do to programs, for tests that are about something else. */
  readonly polite?: boolean;
  /** From a request to its LINE_REPLY, always; otherwise 5 to 40 ms and now and then late. */
  readonly replyDelayMs?: number;
  /** What the exchange cannot do, although it usually can. */
  readonly lacks?: Partial<Lacks>;
  /** LINEERR_ codes by extension, for lines that cannot be opened. */
  readonly openErrors?: Readonly<Record<string, number>>;
}

/** The fake exchange as a TAPI library that lacks no function. */
export type FakeTapi = Complete & FakeControl;

/** What tests may do to the exchange, and ask it. */
export interface FakeControl {
  readonly seed: number;
  readonly switchboard: Switchboard;
  /** Calls that somebody asks for while the exchange works. */
  readonly simulation: Simulation;
  /** Call handles that have not been deallocated. */
  liveHandles(): number;
  /** The provider closes the line of an extension, as it does when it loses the exchange. */
  forceClose(extension: string): void;
  /** The driver loses the exchange behind the line of an extension, or has it again. */
  setInService(extension: string, isInService: boolean): void;
}

const DEFAULT_EXTENSIONS = 8;
const DEFAULT_CALLS_PER_MINUTE = 12;
const FIRST_CALL_ID = 0x1a2b;

/**
 * Creates a fake exchange. It stands still until an application initialises it, starts anew when
 * one does, and leaves no timer when the last one has shut it down.
 *
 * @throws ScenarioError when the scenario names an extension that does not exist.
 */
export function createFakeTapi(options: FakeTapiOptions = {}): FakeTapi {
  const seed = options.seed ?? Math.floor(Math.random() * 0x100000000);
  const extensions = createExtensions(options.extensions ?? DEFAULT_EXTENSIONS);
  const clock = options.clock ?? systemClock;
  const switchboard = new Switchboard({ clock, extensions, firstCallId: FIRST_CALL_ID });
  const quirks = new Quirks(options.polite ?? false, seed, options.replyDelayMs);
  const handles = new Handles(createDevices(extensions), clock);
  const announcer = new Announcer(handles, quirks);
  const requests = new Requests(handles, announcer, switchboard.schedule, quirks);
  switchboard.watch(announcer);

  const callsPerMinute = options.callsPerMinute ?? DEFAULT_CALLS_PER_MINUTE;
  const { scenario } = options;
  const script = scenario && new Script(switchboard, scenario);
  const startLife = () => {
    if (script !== undefined) script.start();
    else if (callsPerMinute > 0) {
      new Traffic(switchboard, new Random(seed), callsPerMinute).start();
    }
  };
  const lacks = { ...LACKS_NOTHING, ...options.lacks };
  const service = { handles, switchboard, announcer, requests, quirks, lacks };
  return {
    ...applicationFunctions(service, startLife),
    ...lineFunctions(service, options.openErrors ?? {}),
    ...callFunctions(service),
    seed,
    switchboard,
    simulation: new Simulation(switchboard),
    liveHandles: () => handles.callHandleCount,
    forceClose(number) {
      const extension = switchboard.extensions.get(number);
      if (extension !== undefined) announcer.forceClose(extension);
    },
    setInService(number, isInService) {
      const extension = switchboard.extensions.get(number);
      if (extension !== undefined) switchboard.setInService(extension, isInService);
    },
  };
}
