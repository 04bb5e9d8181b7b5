// @ts-check
/**
 * When the page is drawn: at most once for each frame of the screen, however many events arrive.
 * A hidden page is not drawn until it is shown.
 */

/** @type {Set<() => void>} */
const waiting = new Set();

/** Draws with the next frame; once, however often it is asked for. @param {() => void} draw */
export function drawSoon(draw) {
  if (waiting.size === 0) requestAnimationFrame(drawAll);
  waiting.add(draw);
}

function drawAll() {
  const draws = [...waiting];
  waiting.clear();
  for (const draw of draws) {
    try {
      draw();
    } catch (error) {
      // The other parts of the page are drawn all the same.
      reportError(error);
    }
  }
}

/** @type {(draw: () => void) => () => void} Draws every second until the result is called. */
export function drawEverySecond(draw) {
  const timer = setInterval(() => drawSoon(draw), 1000);
  return () => clearInterval(timer);
}
