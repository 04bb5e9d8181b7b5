// @ts-check
/** The page with the lamp board, which takes `lines`, `line` and `token` from the page's address. */
import "./board.js";
import { currentToken } from "./token.js";

const parameters = new URL(location.href).searchParams;
const board = document.createElement("tapi2ws-board");
const token = parameters.get("token") ?? tokenOfTab();
if (token !== undefined) board.setAttribute("token", token);
for (const name of ["lines", "line"]) {
  const value = parameters.get(name);
  if (value !== null) board.setAttribute(name, value);
}
document.querySelector("main")?.append(board);

/** @returns {string | undefined} */
function tokenOfTab() {
  try {
    return currentToken();
  } catch {
    // In a frame, browsers can keep the storage shut.
    return undefined;
  }
}
