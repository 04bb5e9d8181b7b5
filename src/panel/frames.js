// @ts-check
/**
 * When the page is drawn: at most once for each frame of the screen, however many events come.
 * Hidden pages are not drawn at all; what they have missed is drawn when they are looked at.
 */

/** @type {Set<() => void>} */
const waiting = new Set();

/**
 * Draws with the next frame. One that waits already waits once.
 *
 * @param {() => void} draw
 */
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
      // The other parts of the page have nothing to do with it.
      reportError(error);
    }
  }
}

/**
 * Draws every second, for as long as the page is.
 *
 * @param {() => void} draw
 */
export function drawEverySecond(draw) {
  setInterval(() => drawSoon(draw), 1000);
}
