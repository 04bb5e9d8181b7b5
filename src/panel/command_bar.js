// @ts-check
/** A row of buttons for commands, and below it the form of the one that asks for more. */
/** @import { Command } from "./commands.js" */
import { KeyedList, make, mark } from "./dom.js";

export class CommandBar {
  #form;
  #onCommand;
  /** The command whose form is shown. @type {Command | undefined} */
  #open;
  /** @type {KeyedList<string, Command, HTMLButtonElement>} */
  #buttons;

  /**
   * @param {HTMLElement} buttons
   * @param {HTMLElement} form Where forms are shown.
   * @param {(command: Command, values: Readonly<Record<string, string>>) => void} onCommand
   */
  constructor(buttons, form, onCommand) {
    this.#form = form;
    this.#onCommand = onCommand;
    this.#buttons = new KeyedList(
      buttons,
      (command) => {
        const button = make("button", command.label, { type: "button", title: command.help });
        if (command.cmd === "drop") button.className = "danger";
        button.addEventListener("click", () => this.#press(command));
        return button;
      },
      (button, { cmd, fields }) => {
        if (fields.length > 0) mark(button, "aria-expanded", String(this.#open?.cmd === cmd));
      },
    );
  }

  /** @param {readonly Command[]} commands Those that are possible now. */
  show(commands) {
    const possible = new Map(commands.map((command) => [command.cmd, command]));
    if (this.#open !== undefined && !possible.has(this.#open.cmd)) this.#close();
    this.#buttons.show(possible);
  }

  /** @param {Command} command */
  #press(command) {
    if (command.fields.length === 0) return this.#onCommand(command, {});
    const isOpen = this.#open?.cmd === command.cmd;
    this.#close();
    if (!isOpen) this.#ask(command);
  }

  #close() {
    const open = this.#open;
    this.#open = undefined;
    this.#form.replaceChildren();
    if (open !== undefined) this.#buttons.refresh(open.cmd, open);
  }

  /** @param {Command} command */
  #ask(command) {
    this.#open = command;
    this.#buttons.refresh(command.cmd, command);
    const form = make("form", "", { class: "command", "aria-label": command.label });
    for (const { name, label, isOptional, isNullable, choices } of command.fields) {
      const labelled = make("label", label);
      const field = choices === undefined
        ? make("input", "", { name, autocomplete: "off", maxlength: "79" })
        : make("select", "", { name });
      field.required = !isOptional && !isNullable;
      for (const [value, text] of choices ?? []) field.append(make("option", text, { value }));
      labelled.append(field);
      form.append(labelled);
    }
    form.append(make("button", command.label, { class: "primary" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = Object.fromEntries(
        [...new FormData(form)].map(([name, value]) => [name, String(value)]),
      );
      this.#close();
      this.#buttons.get(command.cmd)?.focus();
      this.#onCommand(command, values);
    });
    form.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      this.#close();
      this.#buttons.get(command.cmd)?.focus();
    });
    this.#form.append(form);
    const first = form.elements[0];
    if (first instanceof HTMLElement) first.focus();
  }
}
