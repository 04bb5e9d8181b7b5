// @ts-check
/**
 * The service worker puts the parts together. The browser stops it when it has nothing to do, and starts
 * it again with an event; while it is connected, the client library's pings keep it awake.
 */
/** @import { Action } from "./notices.js" */
/** @import { Settings } from "./settings.js" */
import { showButton } from "./button.js";
import { keyOf, rings } from "./calls.js";
import { Crm } from "./crm.js";
import { Dialling } from "./dialling.js";
import { History } from "./history.js";
import { Notices } from "./notices.js";
import { Phone } from "./phone.js";
import { Popups } from "./popups.js";
import { readSettings, whenSettingsChange } from "./settings.js";
import { prepareSites } from "./sites.js";

/** Starts the worker again soon after it was stopped, as it is while there is no server. */
const AWAKE = "awake";
const AWAKE_MINUTES = 0.5;
/** Asks the CRM for the user's extension, and tries a server again that refused. */
const RENEW = "renew";
const RENEW_MINUTES = 5;

/** @type {Settings} */
let settings;
let extension = "";
let wasOpen = false;

const crm = new Crm();
const phone = new Phone({
  changed,
  ended: (call) => {
    void dialling.ended(call.id);
    refreshHistory();
  },
  dropping: (call) => {
    if (rings(call)) void history.refuse({ call: call.id, startedAt: call.startedAt });
  },
});
const history = new History(phone);
const notices = new Notices(phone, crm, history, () => settings);
const popups = new Popups(phone, history, show);
/** Resolves when the settings are in use. @type {Promise<Settings>} */
let ready = start();
/** Uses settings that have changed. */
const restart = () => ready = ready.then(start, start);
const dialling = new Dialling(phone, connected);

// Listeners must be there in the first turn.
dialling.listen();
popups.listen();
whenSettingsChange(restart);
chrome.permissions.onAdded.addListener(restart);
chrome.permissions.onRemoved.addListener(restart);
chrome.runtime.onStartup.addListener(() => {});
void chrome.alarms.create(AWAKE, { periodInMinutes: AWAKE_MINUTES });
void chrome.alarms.create(RENEW, { periodInMinutes: RENEW_MINUTES });
chrome.alarms.onAlarm.addListener(({ name }) => {
  if (name === RENEW) void renew();
  else notices.update();
});
chrome.notifications.onClosed.addListener((key, byUser) => {
  if (byUser) void notices.hide(key);
});
chrome.notifications.onClicked.addListener((key) => void act(key, "open"));
chrome.notifications.onButtonClicked?.addListener((key, index) => void press(key, index));

async function start() {
  settings = await readSettings();
  crm.use(settings);
  extension = settings.extension || await crm.extension();
  await history.load();
  phone.start(settings, extension);
  await prepareSites(settings);
  return settings;
}

/** Waits until a worker that has just been started is connected. @returns {Promise<Settings>} */
async function connected() {
  const inUse = await ready;
  await phone.settled();
  return inUse;
}

async function renew() {
  await ready;
  const now = settings.extension || await crm.extension();
  if (now !== extension || phone.status === "closed") await restart();
}

function changed() {
  if (phone.isOpen && !wasOpen) refreshHistory();
  wasOpen = phone.isOpen;
  show();
}

function refreshHistory() {
  void history.refresh().then(show);
}

function show() {
  notices.update();
  popups.show();
  showButton(phone, history).catch(reportError);
}

/** @type {(key: string, index: number) => Promise<void>} */
async function press(key, index) {
  const dialled = dialling.callOf(key);
  if (dialled !== undefined) {
    await connected();
    return await dialling.command("drop", dialled);
  }
  const action = (await notices.get(key))?.actions[index];
  if (action !== undefined) await act(key, action);
}

/** @type {(key: string, action: Action) => Promise<void>} */
async function act(key, action) {
  const notice = await notices.get(key);
  if (notice === undefined) return;
  await connected();
  const call = phone.calls.find((call) => keyOf(call) === key);
  if (action === "open" && notice.link !== undefined) {
    await chrome.tabs.create({ url: notice.link });
  } else if (action === "call") await dialling.dial(notice.number);
  else if (action !== "open" && call !== undefined) await dialling.command(action, call.id);
  // A notification of a call that rings stays until it is answered or over.
  if (call === undefined) await notices.hide(key);
}
