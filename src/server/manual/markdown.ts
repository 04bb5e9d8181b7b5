/**
 * The manual's Markdown as HTML, as a table of contents and as what the search looks through. The
 * library that reads Markdown is loaded when somebody first opens the manual.
 */
import type { Token, Tokens } from "marked";

export interface Heading {
  readonly depth: number;
  readonly anchor: string;
  /** HTML. */
  readonly title: string;
}

/** A find of the search: a heading with the text below it, or a row of a table. */
export interface Section {
  readonly anchor: string;
  readonly title: string;
  readonly text: string;
}

export interface Rendered {
  /** Plain text. */
  readonly title: string;
  /** The first paragraph, as HTML. */
  readonly summary: string;
  readonly html: string;
  /** Without the title. */
  readonly headings: readonly Heading[];
  readonly sections: readonly Section[];
}

/** Reads a page, which begins with its title. Links to other pages lose their `.md`. */
export async function render(markdown: string): Promise<Rendered> {
  const { Marked, Parser } = await import("marked");
  const anchors = new Anchors();
  const headings: Heading[] = [];
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const title = this.parser.parseInline(tokens);
        const anchor = anchors.ofHeading(plain(tokens));
        headings.push({ depth, anchor, title });
        const link = `<a class="anchor" href="#${anchor}" aria-label="Link to this section">#</a>`;
        return `<h${depth} id="${anchor}">${title}${depth === 1 ? "" : ` ${link}`}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        return `<a href="${escape(addressOf(href))}">${this.parser.parseInline(tokens)}</a>`;
      },
      table({ header, rows }) {
        const cells = (row: Tokens.TableCell[], name: "td" | "th") =>
          row.map(({ tokens }) => `<${name}>${this.parser.parseInline(tokens)}</${name}>`).join("");
        const body = rows.map((row) => {
          const anchor = anchors.ofRow(row);
          const id = anchor === undefined ? "" : ` id="${escape(anchor)}"`;
          return `<tr${id}>${cells(row, "td")}</tr>\n`;
        });
        return `<div class="scroll" tabindex="0"><table><thead><tr>${cells(header, "th")}</tr>` +
          `</thead><tbody>\n${body.join("")}</tbody></table></div>\n`;
      },
    },
  });
  const tokens = marked.lexer(markdown);
  const html = marked.parser(tokens);
  const sections = sectionsOf(tokens);
  const summary = tokens.find((token): token is Tokens.Paragraph =>
    token.type === "paragraph" && plain([token]) !== ""
  );
  return {
    title: sections[0]?.title ?? "",
    summary: summary === undefined ? "" : Parser.parseInline(summary.tokens, marked.defaults),
    html,
    headings: headings.filter(({ depth }) => depth > 1),
    sections,
  };
}

/** The search's index: each heading with its text, and each row that has an anchor. */
function sectionsOf(tokens: readonly Token[]): Section[] {
  const anchors = new Anchors();
  const sections: Section[] = [];
  let section = { anchor: "", title: "", text: "" };
  const add = (text: string) => section.text = `${section.text} ${text}`.trim();
  for (const token of tokens) {
    if (token.type === "heading") {
      const title = plain((token as Tokens.Heading).tokens);
      section = { anchor: anchors.ofHeading(title), title, text: "" };
      sections.push(section);
    } else if (token.type === "table") {
      for (const row of (token as Tokens.Table).rows) {
        const anchor = anchors.ofRow(row);
        const [title = "", ...others] = row.map(({ tokens }) => plain(tokens));
        if (anchor === undefined) add([title, ...others].join(" "));
        else sections.push({ anchor, title, text: others.join(" ") });
      }
    } else if (token.type !== "html" && token.type !== "space") {
      add(plain([token]));
    }
  }
  return sections;
}

/** The text of tokens without their markup. */
function plain(tokens: readonly Token[]): string {
  return textOf(tokens).replaceAll(/\s+/g, " ").trim();
}

/** Blocks, which are no part of the text before them. */
const BLOCKS = ["paragraph", "list", "list_item", "code", "blockquote", "heading"];

function textOf(tokens: readonly Token[]): string {
  return tokens.map((token) => {
    if (token.type === "image") return "";
    const inner = token.type === "list"
      ? (token as Tokens.List).items
      : "tokens" in token
      ? token.tokens
      : undefined;
    const own = "text" in token ? String(token.text) : "";
    const text = inner === undefined ? own : textOf(inner);
    return BLOCKS.includes(token.type) ? `${text} ` : text;
  }).join("");
}

/** `install.md#x` -> `install#x`: the page, where the file itself stays Markdown. */
function addressOf(href: string): string {
  return href.replace(/^([\w-]+)\.md(?=#|$)/, "$1");
}

/** The anchors of a page: those of headings as code hosts make them, and those of tables' rows. */
class Anchors {
  readonly #taken = new Set<string>();

  ofHeading(title: string): string {
    const anchor = title.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
    for (let count = 0;; count++) {
      const free = count === 0 ? anchor : `${anchor}-${count}`;
      if (this.#take(free)) return free;
    }
  }

  /** The word of a row that begins with code, if no other place of the page has it. */
  ofRow([first]: readonly Tokens.TableCell[]): string | undefined {
    const [token] = first?.tokens ?? [];
    if (token?.type !== "codespan") return undefined;
    const [word] = (token as Tokens.Codespan).text.match(/^[\w.-]+/) ?? [];
    return word !== undefined && this.#take(word) ? word : undefined;
  }

  #take(anchor: string): boolean {
    if (this.#taken.has(anchor)) return false;
    this.#taken.add(anchor);
    return true;
  }
}

/** A text for HTML, also between quotes. */
export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
