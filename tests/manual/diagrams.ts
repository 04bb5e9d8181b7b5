/** The manual's diagrams, by the names of their files. */
import { type Arrow, type Box, draw, sequence } from "./drawing.ts";

function box(x: number, y: number, width: number, ...lines: string[]): Box {
  return { x, y, width, height: 58, lines };
}

function arrow(from: Arrow["from"], to: Arrow["to"], label?: string): Arrow {
  return { from, to, ...label !== undefined && { label } };
}

const INSTALL = draw({
  width: 860,
  height: 230,
  title: "The phone system's driver gives its lines to Windows' service Telephony; Tapi2Ws opens " +
    "them there and serves browsers and programs on port 43001",
  boxes: [
    { x: 160, y: 20, width: 490, height: 190, lines: ["Windows server"], isFrame: true },
    box(15, 95, 110, "Phone system"),
    box(180, 95, 120, "TAPI driver", "64-bit TSP"),
    box(345, 95, 120, "Telephony", "Windows service"),
    box(510, 95, 120, "Tapi2Ws", "port 43001"),
    box(710, 45, 135, "Browsers", "pages, panel"),
    box(710, 145, 135, "Programs", "CRM, Prometheus"),
  ],
  arrows: [
    arrow([125, 124], [178, 124]),
    arrow([300, 124], [343, 124]),
    arrow([465, 124], [508, 124]),
    arrow([630, 115], [708, 75]),
    arrow([630, 133], [708, 173]),
  ],
});

const ARCHITECTURE = draw({
  width: 900,
  height: 300,
  title: "Events go from tapi32.dll through tapi, session, state and bus to the server and its " +
    "clients; commands go back; journal and metrics listen to the bus; fake stands in for tapi32.dll",
  boxes: [
    box(15, 90, 110, "tapi32.dll", "or fake/"),
    box(160, 90, 110, "tapi/", "bytes, handles"),
    box(305, 90, 120, "session/", "lines, requests"),
    box(460, 90, 120, "state/", "calls, targets"),
    box(615, 90, 110, "bus/", "events, history"),
    box(760, 90, 125, "server/", "v2, classic, http"),
    box(560, 215, 100, "journal/"),
    box(680, 215, 100, "metrics/"),
    box(15, 215, 110, "fake/", "an exchange"),
    box(160, 215, 265, "model/", "words that every part uses"),
  ],
  arrows: [
    arrow([125, 108], [158, 108]),
    arrow([270, 108], [303, 108]),
    arrow([425, 108], [458, 108]),
    arrow([580, 108], [613, 108]),
    arrow([725, 108], [758, 108]),
    ...[760, 615, 460, 305, 160].map((x, at): Arrow => ({
      from: [x - 2, 132],
      to: [[727, 582, 427, 272, 127][at] ?? 0, 132],
      isDashed: true,
    })),
    arrow([640, 148], [610, 213]),
    arrow([690, 148], [730, 213]),
    arrow([70, 213], [70, 150]),
    arrow([350, 45], [540, 45], "events"),
    { from: [540, 75], to: [350, 75], label: "commands", isDashed: true },
  ],
});

const CALL = draw(sequence(
  "A call's way: it rings, is answered by a page, is connected and ends",
  ["Phone system", "TAPI driver", "Tapi2Ws", "Page"],
  [
    [0, 1, "a call comes in"],
    [1, 2, "LINE_CALLSTATE OFFERING"],
    [2, 3, "call new OFFERING"],
    [3, 2, "answer"],
    [2, 1, "lineAnswer"],
    [1, 0, "off hook"],
    [1, 2, "LINE_REPLY 0"],
    [2, 3, "result"],
    [1, 2, "LINE_CALLSTATE CONNECTED"],
    [2, 3, "call state CONNECTED"],
    [0, 1, "the caller hangs up"],
    [1, 2, "DISCONNECTED, IDLE"],
    [2, 3, "call state, ended"],
  ],
));

export const DIAGRAMS: Readonly<Record<string, string>> = {
  "architecture.svg": ARCHITECTURE,
  "call.svg": CALL,
  "install.svg": INSTALL,
};
