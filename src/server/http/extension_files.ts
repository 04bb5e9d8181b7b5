/** The browser extension's own files as text, each under its name. */
export { default as "button.js" } from "../../extension/button.js" with { type: "text" };
export { default as "calls.js" } from "../../extension/calls.js" with { type: "text" };
export { default as "crm.js" } from "../../extension/crm.js" with { type: "text" };
export { default as "dialling.js" } from "../../extension/dialling.js" with { type: "text" };
export { default as "extension.css" } from "../../extension/extension.css" with { type: "text" };
export { default as "history.js" } from "../../extension/history.js" with { type: "text" };
export { default as "icon.png" } from "../../extension/icon.png" with { type: "bytes" };
export { default as "manifest.json" } from "../../extension/manifest.json" with { type: "text" };
export { default as "notices.js" } from "../../extension/notices.js" with { type: "text" };
export { default as "notifications.js" } from "../../extension/notifications.js" with {
  type: "text",
};
export { default as "numbers.js" } from "../../extension/numbers.js" with { type: "text" };
export { default as "options.html" } from "../../extension/options.html" with { type: "text" };
export { default as "options.js" } from "../../extension/options.js" with { type: "text" };
export { default as "phone.js" } from "../../extension/phone.js" with { type: "text" };
export { default as "popup.html" } from "../../extension/popup.html" with { type: "text" };
export { default as "popup.js" } from "../../extension/popup.js" with { type: "text" };
export { default as "popups.js" } from "../../extension/popups.js" with { type: "text" };
export { default as "settings.js" } from "../../extension/settings.js" with { type: "text" };
export { default as "sites.js" } from "../../extension/sites.js" with { type: "text" };
export { default as "tel_links.js" } from "../../extension/tel_links.js" with { type: "text" };
export { default as "worker.js" } from "../../extension/worker.js" with { type: "text" };
