/** Draws boxes, arrows and sequences of messages as SVG, in colours for light and dark pages. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The first is bold. */
  readonly lines: readonly string[];
  /** A box around other boxes: its text is at the top. */
  readonly isFrame?: boolean;
}

export interface Arrow {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly label?: string;
  readonly isDashed?: boolean;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** What the picture shows, for people who cannot see it. */
  readonly title: string;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

const LINE_HEIGHT = 18;

const STYLE = `
text { font: 13px system-ui, "Segoe UI", Roboto, sans-serif; fill: #1b1f24; }
.bold { font-weight: 600; }
.box { fill: #eef4fb; stroke: #0b5cad; }
.frame { fill: none; stroke: #7d8894; stroke-dasharray: 5 4; }
.arrow { fill: none; stroke: #57606a; stroke-width: 1.5; marker-end: url(#head); }
.dashed { stroke-dasharray: 4 3; }
.head { fill: #57606a; }
.page { fill: #fff; }
@media (prefers-color-scheme: dark) {
text { fill: #e6e9ed; }
.box { fill: #13293f; stroke: #7dbdff; }
.frame { stroke: #6b7885; }
.arrow { stroke: #9daab6; }
.head { fill: #9daab6; }
.page { fill: #171d24; }
}`;

/** The picture as the text of an SVG file. */
export function draw({ width, height, title, boxes, arrows }: Picture): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escape(title)}</title>
<style>${STYLE}
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0 8 4 0 8z"/></marker></defs>
<rect class="page" width="${width}" height="${height}" rx="6"/>
${[...boxes.map(drawBox), ...arrows.map(drawArrow)].join("\n")}
</svg>
`;
}

function drawBox({ x, y, width, height, lines, isFrame = false }: Box): string {
  const middle = y + height / 2 - (lines.length - 1) * LINE_HEIGHT / 2 + 4;
  const first = isFrame ? y + LINE_HEIGHT : middle;
  const texts = lines.map((line, at) =>
    text(x + width / 2, first + at * LINE_HEIGHT, line, at === 0 ? ' class="bold"' : "")
  );
  const look = isFrame ? "frame" : "box";
  return `<rect class="${look}" x="${x}" y="${y}" width="${width}" height="${height}" rx="5"/>\n${
    texts.join("\n")
  }`;
}

function drawArrow({ from, to, label, isDashed = false }: Arrow): string {
  const look = isDashed ? "arrow dashed" : "arrow";
  const path = `<path class="${look}" d="M${from.join(" ")} ${to.join(" ")}"/>`;
  if (label === undefined) return path;
  const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2 - 6];
  return `${path}\n${text(x, y, label, "")}`;
}

function text(x: number, y: number, words: string, more: string): string {
  return `<text x="${x}" y="${y}" text-anchor="middle"${more}>${escape(words)}</text>`;
}

function escape(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Messages between parties, one below the other: their lifelines run down from their boxes. */
export function sequence(
  title: string,
  parties: readonly string[],
  messages: readonly (readonly [from: number, to: number, label: string])[],
): Picture {
  const column = 210;
  const step = 40;
  const top = 60;
  const height = top + (messages.length + 1) * step;
  const center = (party: number) => column / 2 + party * column;
  return {
    width: column * parties.length,
    height,
    title,
    boxes: [
      ...parties.map((name, party) => ({
        x: center(party) - 75,
        y: 12,
        width: 150,
        height: 36,
        lines: [name],
      })),
      ...parties.map((_, party) => ({
        x: center(party),
        y: 48,
        width: 1,
        height: height - 60,
        lines: [],
        isFrame: true,
      })),
    ],
    arrows: messages.map(([from, to, label], at) => ({
      from: [center(from), top + (at + 1) * step],
      to: [center(to), top + (at + 1) * step],
      label,
    })),
  };
}
