// @ts-check
/**
 * The page with the lamp board, which takes `lines` and `line` from the page's address, and `token` from
 * what follows its `#`: that is sent to no server, nor logged by one.
 */
import "./board.js";
import { currentToken } from "./token.js";

const { searchParams: parameters, hash } = new URL(location.href);
const board = document.createElement("tapi2ws-board");
const token = new URLSearchParams(hash.slice(1)).get("token") ?? tokenOfTab();
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
