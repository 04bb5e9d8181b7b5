// @ts-check
/** The browser's notifications. Those of Firefox have no buttons. */

const ICON = chrome.runtime.getURL("extension/icon.png");
const CAN_HAVE_BUTTONS = typeof chrome.notifications.onButtonClicked === "object";

/**
 * @typedef {object} Content
 * @property {string} title
 * @property {string} message
 * @property {readonly string[]} [buttons]
 * @property {boolean} [stays] Until somebody closes it.
 */

/**
 * @param {string} id
 * @param {Content} content
 * @param {boolean} [isShown] Then only its content changes, silently.
 */
export async function showNotification(id, { title, message, buttons, stays }, isShown = false) {
  /** @type {chrome.notifications.NotificationCreateOptions} */
  const options = {
    type: "basic",
    iconUrl: ICON,
    title,
    message,
    ...CAN_HAVE_BUTTONS && {
      buttons: (buttons ?? []).map((title) => ({ title })),
      requireInteraction: stays ?? false,
    },
  };
  // Firefox replaces what it shows by creating it again.
  if (isShown && CAN_HAVE_BUTTONS) await chrome.notifications.update(id, options);
  else await chrome.notifications.create(id, options);
}

/** @param {string} id */
export async function clearNotification(id) {
  await chrome.notifications.clear(id);
}
