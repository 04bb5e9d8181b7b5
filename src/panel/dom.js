// @ts-check
/**
 * The few ways in which the parts change the page. Text goes in as text only: callers choose their
 * own names, which must never become markup. Nothing is written that is there already.
 */

/**
 * The element with an id of index.html.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  return checked(document.getElementById(id), type, `#${id}`);
}

/**
 * The element below `root` that index.html marks with `data-part`.
 *
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} name
 * @param {new () => T} [type]
 * @returns {T}
 */
export function part(root, name, type) {
  const element = root.querySelector(`[data-part="${name}"]`);
  return checked(
    element,
    type ?? /** @type {new () => T} */ (/** @type {unknown} */ (HTMLElement)),
    name,
  );
}

/** A new copy of a template's element. @type {(id: string) => HTMLElement} */
export function copyOf(id) {
  const { content } = byId(id, HTMLTemplateElement);
  const copy = checked(content.firstElementChild, HTMLElement, id).cloneNode(true);
  return checked(copy, HTMLElement, id);
}

/**
 * @template T
 * @param {unknown} value
 * @param {new () => T} type
 * @param {string} name
 * @returns {T}
 */
function checked(value, type, name) {
  if (value instanceof type) return value;
  throw new TypeError(`The page has no ${type.name} ${name}`);
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [text]
 * @param {Readonly<Record<string, string>>} [attributes]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(tag, text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** @type {(element: Element, text: string) => void} */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string | undefined} value `undefined` removes the attribute.
 */
export function mark(element, name, value) {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** @type {(element: Element, lamp: { readonly letter: string, readonly tone: string }) => void} */
export function light(element, { letter, tone }) {
  write(element, letter);
  mark(element, "data-tone", tone);
}

/**
 * Elements that show items, known by their keys: an item that stays keeps its element, and with it
 * focus and selection.
 *
 * @template K
 * @template T
 * @template {HTMLElement} [E=HTMLElement]
 */
export class KeyedList {
  /** @type {Map<K, E>} */
  #elements = new Map();
  #parent;
  #create;
  #update;

  /**
   * @param {Element} parent
   * @param {(item: T) => E} create
   * @param {(element: E, item: T) => void} update
   */
  constructor(parent, create, update) {
    this.#parent = parent;
    this.#create = create;
    this.#update = update;
  }

  /** @returns {number} */
  get size() {
    return this.#elements.size;
  }

  /** @type {(key: K) => E | undefined} */
  get(key) {
    return this.#elements.get(key);
  }

  /** @param {ReadonlyMap<K, T>} items In the order of the page. */
  show(items) {
    for (const [key, element] of this.#elements) {
      if (items.has(key)) continue;
      element.remove();
      this.#elements.delete(key);
    }
    let next = this.#parent.firstElementChild;
    for (const [key, item] of items) {
      let element = this.#elements.get(key);
      if (element === undefined) {
        element = this.#create(item);
        this.#elements.set(key, element);
      }
      if (element === next) next = next.nextElementSibling;
      else this.#parent.insertBefore(element, next);
      this.#update(element, item);
    }
  }

  /**
   * Shows what one item has become; an item that is not in the list is ignored.
   *
   * @param {K} key
   * @param {T} item
   */
  refresh(key, item) {
    const element = this.#elements.get(key);
    if (element !== undefined) this.#update(element, item);
  }
}
