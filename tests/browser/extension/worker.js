/**
 * The service worker: holds the connection, shows on the button that it rings, and serves the popup.
 * The file client.js beside it is a copy of the client library: an extension may not load it.
 */
import { connect } from "./client.js";

const DEFAULTS = { server: "ws://localhost:43001/", extension: "201" };
const popups = new Set();
let client;

async function start() {
  const { server, extension } = await chrome.storage.local.get(DEFAULTS);
  void client?.close();
  // The pings keep the worker awake, which sleeps after 30 seconds without traffic.
  client = connect(server, { lines: extension, keepAliveMs: 20_000 });
  for (const name of ["status", "state", "call"]) client.on(name, show);
}

function show() {
  const calls = [...client.calls.values()];
  const ringing = calls.find(({ can }) => can.includes("answer"));
  const caller = ringing?.caller.number || "Somebody";
  chrome.action.setBadgeText({ text: ringing ? "ring" : calls.length > 0 ? "call" : "" });
  chrome.action.setTitle({ title: ringing ? `${caller} calls` : "Telephone" });
  for (const popup of popups) popup.postMessage({ status: client.status, calls });
}

chrome.runtime.onConnect.addListener((popup) => {
  popups.add(popup);
  popup.onDisconnect.addListener(() => popups.delete(popup));
  popup.onMessage.addListener(({ cmd, ...fields }) =>
    client.command(cmd, fields).catch(({ message }) => popup.postMessage({ problem: message }))
  );
  void started.then(show);
});

chrome.storage.onChanged.addListener(start);
// Awake again after it slept, as it does while there is no server: this file has run, that is all.
chrome.alarms.create("awake", { periodInMinutes: 0.5 });
chrome.alarms.onAlarm.addListener(() => {});
chrome.runtime.onStartup.addListener(() => {});

// A service worker may not await here.
const started = start();
