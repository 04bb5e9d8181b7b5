/** The popup: settings, a number to dial, and the calls with what can be done with each. */
const DEFAULTS = { server: "ws://localhost:43001/", extension: "201" };
const element = (id) => document.getElementById(id);
const worker = chrome.runtime.connect();

// Before anything is awaited: the worker reports at once, and messages without a listener are lost.
worker.onMessage.addListener(({ status, calls, problem }) => {
  if (problem !== undefined) return element("problem").textContent = problem;
  element("status").textContent = status;
  element("calls").replaceChildren(...calls.map(itemOf));
});

for (const [key, value] of Object.entries(await chrome.storage.local.get(DEFAULTS))) {
  element(key).value = value;
  element(key).onchange = ({ target }) => chrome.storage.local.set({ [key]: target.value });
}

element("dial").onsubmit = (event) => {
  event.preventDefault();
  send({ cmd: "dial", line: element("extension").value, number: element("number").value });
};

function itemOf({ id, state, direction, caller, called, can }) {
  const item = document.createElement("li");
  const other = direction === "in" ? caller : called;
  item.append(`${other.number || other.presentation}: ${state} `);
  if (can.includes("answer")) item.append(button("Answer", { cmd: "answer", call: id }));
  if (can.includes("drop")) item.append(button("Hang up", { cmd: "drop", call: id }));
  return item;
}

function button(text, command) {
  const button = document.createElement("button");
  button.textContent = text;
  button.onclick = () => send(command);
  return button;
}

function send(command) {
  element("problem").textContent = "";
  worker.postMessage(command);
}
