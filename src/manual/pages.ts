/** The manual's pages and pictures, as they are embedded in the executable. One row each. */
import addingACommand from "./adding-a-command.md" with { type: "text" };
import addingASetting from "./adding-a-setting.md" with { type: "text" };
import architecture from "./architecture.md" with { type: "text" };
import board from "./board.md" with { type: "text" };
import browsers from "./browsers.md" with { type: "text" };
import certificates from "./certificates.md" with { type: "text" };
import clientLibrary from "./client-library.md" with { type: "text" };
import directory from "./directory.md" with { type: "text" };
import extension from "./extension.md" with { type: "text" };
import fakeExchange from "./fake-exchange.md" with { type: "text" };
import firstPage from "./first-page.md" with { type: "text" };
import httpAndSse from "./http-and-sse.md" with { type: "text" };
import install from "./install.md" with { type: "text" };
import ipOffice from "./ip-office.md" with { type: "text" };
import journal from "./journal.md" with { type: "text" };
import lines from "./lines.md" with { type: "text" };
import monitoring from "./monitoring.md" with { type: "text" };
import numbers from "./numbers.md" with { type: "text" };
import panel from "./panel.md" with { type: "text" };
import protocol from "./protocol.md" with { type: "text" };
import security from "./security.md" with { type: "text" };
import settings from "./settings.md" with { type: "text" };
import severalServers from "./several-servers.md" with { type: "text" };
import tests from "./tests.md" with { type: "text" };
import troubleshooting from "./troubleshooting.md" with { type: "text" };
import upgrading from "./upgrading.md" with { type: "text" };
import architecturePicture from "./pictures/architecture.svg" with { type: "bytes" };
import callPicture from "./pictures/call.svg" with { type: "bytes" };
import installPicture from "./pictures/install.svg" with { type: "bytes" };
import panelDark from "./pictures/panel-dark.webp" with { type: "bytes" };
import panelLight from "./pictures/panel-light.webp" with { type: "bytes" };

/** For whom a page is, in the order of the table of contents. */
export const AUDIENCES = {
  administrators: "Administrators",
  authors: "Authors of pages and clients",
  developers: "Developers of Tapi2Ws",
} as const;
export type Audience = keyof typeof AUDIENCES;

export interface Page {
  readonly audience: Audience;
  /** Markdown; its first line is `# ` and the title, its links name other pages' files. */
  readonly text: string;
}

/** Every page by the name of its file without `.md`, in the order of the table of contents. */
export const PAGES: Readonly<Record<string, Page>> = {
  install: { audience: "administrators", text: install },
  settings: { audience: "administrators", text: settings },
  lines: { audience: "administrators", text: lines },
  "ip-office": { audience: "administrators", text: ipOffice },
  numbers: { audience: "administrators", text: numbers },
  directory: { audience: "administrators", text: directory },
  security: { audience: "administrators", text: security },
  certificates: { audience: "administrators", text: certificates },
  "several-servers": { audience: "administrators", text: severalServers },
  browsers: { audience: "administrators", text: browsers },
  panel: { audience: "administrators", text: panel },
  board: { audience: "administrators", text: board },
  extension: { audience: "administrators", text: extension },
  journal: { audience: "administrators", text: journal },
  monitoring: { audience: "administrators", text: monitoring },
  troubleshooting: { audience: "administrators", text: troubleshooting },
  upgrading: { audience: "administrators", text: upgrading },
  "first-page": { audience: "authors", text: firstPage },
  "client-library": { audience: "authors", text: clientLibrary },
  protocol: { audience: "authors", text: protocol },
  "http-and-sse": { audience: "authors", text: httpAndSse },
  "fake-exchange": { audience: "authors", text: fakeExchange },
  architecture: { audience: "developers", text: architecture },
  "adding-a-command": { audience: "developers", text: addingACommand },
  "adding-a-setting": { audience: "developers", text: addingASetting },
  tests: { audience: "developers", text: tests },
};

/** Every picture by the name of its file in `pictures/`. */
export const PICTURES: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "architecture.svg": architecturePicture,
  "call.svg": callPicture,
  "install.svg": installPicture,
  "panel-dark.webp": panelDark,
  "panel-light.webp": panelLight,
};
