// @ts-check
/** The parts of a page that a program in Deno or Node lacks. */

/**
 * @typedef {{ readonly state: string, onchange: (() => void) | null }} Permission
 * @typedef {{ query(descriptor: { name: string }): Promise<Permission> }} Permissions
 * @typedef {{
 *   readonly location?: { readonly href: string },
 *   readonly document?: { readonly visibilityState: string },
 *   readonly isSecureContext?: boolean,
 *   readonly parent?: unknown,
 *   readonly self?: unknown,
 *   readonly navigator?: { readonly permissions?: Permissions },
 *   addEventListener?: (name: string, hear: () => void) => void,
 *   removeEventListener?: (name: string, hear: () => void) => void,
 * }} Page
 */

/** The page, or whatever else this runs in: then most members are missing. */
export const page = /** @type {Page} */ (/** @type {unknown} */ (globalThis));
