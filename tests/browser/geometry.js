/* What is wrong with where the things of a page stand: a sideways scroll, a text that is cut, two texts one over the other.
   A canvas (a grid to sort) and texts for screen readers only are not looked at. */
() => {
  const faults = [], width = document.documentElement.clientWidth;
  const shorten = (text) => text.trim().replace(/\s+/g, ' ').slice(0, 60);
  const main = document.querySelector('[data-testid=stMain]');
  for (const box of [document.documentElement, main])
    if (box.scrollWidth > box.clientWidth + 1) faults.push(`scroll: ${box.scrollWidth} in ${box.clientWidth}`);

  const hidden = (one) => {
    for (let box = one; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.visibility === 'hidden' || style.display === 'none' || +style.opacity < 0.1) return true;
      if (style.clipPath === 'inset(50%)' || (style.position === 'absolute' && box.clientWidth <= 1 && box.clientHeight <= 1)) return true;
      if (box.tagName === 'CANVAS' || (box.tagName === 'DETAILS' && !box.open && !one.closest('summary'))) return true;
    }
    return false;
  };
  const clipping = (one, sideways) => {  // the nearest box that hides what leaves it
    for (let box = one; box && box !== main; box = box.parentElement) {
      const flow = getComputedStyle(box)[sideways ? 'overflowX' : 'overflowY'];
      if (flow === 'auto' || flow === 'scroll') return null;
      if (flow === 'hidden' || flow === 'clip') return box;
    }
    return main;
  };
  const seen = (one, boxes) => {  // the parts of a text that the scrolling boxes around it show
    for (let box = one; box && box !== main; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (!/auto|scroll/.test(style.overflowX + style.overflowY)) continue;
      const edge = box.getBoundingClientRect();
      boxes = boxes.map(({ left, right, top, bottom }) => {
        const [l, r, t, b] = [Math.max(left, edge.left), Math.min(right, edge.right), Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
        return { left: l, right: r, top: t, bottom: b, width: r - l, height: b - t };
      });
    }
    return boxes.filter((box) => box.width > 1 && box.height > 1);
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.nodeValue.trim() || !parent || ['SCRIPT', 'STYLE', 'NOSCRIPT', 'TITLE'].includes(parent.tagName)) continue;
    if (parent.closest('[data-testid=stSidebar], [data-testid=stHeader], [data-testid=stIconMaterial], [data-testid=stDataFrame], .hoverlayer')) continue;
    if (hidden(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
    if (!boxes.length) continue;
    const drawn = parent.closest('svg.main-svg');
    texts.push({ text: shorten(node.nodeValue), parent, boxes: seen(parent, boxes), drawn });
    const frame = drawn ? drawn.getBoundingClientRect() : null;
    for (const box of boxes) {
      if (frame) {
        if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2)
          { faults.push(`cut in chart: ${shorten(node.nodeValue)}`); break; }
        continue;
      }
      const aside = clipping(parent, true), below = clipping(parent, false);
      const across = aside && aside.getBoundingClientRect(), down = below && below !== main && below.getBoundingClientRect();
      if (across && (box.right > across.right + 2 || box.left < across.left - 2) || box.right > width + 2 && aside)
        { faults.push(`cut: ${shorten(node.nodeValue)}`); break; }
      if (down && (box.bottom > down.bottom + 3 || box.top < down.top - 3))
        { faults.push(`cut below: ${shorten(node.nodeValue)}`); break; }
    }
  }
  for (const field of document.querySelectorAll('[data-testid=stMain] input:not([type=checkbox]):not([type=radio]):not([type=file])'))
    if (!hidden(field) && field.clientWidth > 1 && field.scrollWidth > field.clientWidth + 1) faults.push(`cut in field ${field.ariaLabel}: ${field.value}`);

  const flat = texts.flatMap((one) => one.boxes.map((box) => ({ ...one, box }))).sort((a, b) => a.box.top - b.box.top);
  for (let first = 0; first < flat.length; first++) {
    for (let next = first + 1; next < flat.length && flat[next].box.top < flat[first].box.bottom; next++) {
      const [a, b] = [flat[first], flat[next]];
      if (a.parent === b.parent || a.parent.contains(b.parent) || b.parent.contains(a.parent)) continue;
      if (a.drawn && a.parent.closest('text') === b.parent.closest('text')) continue;
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      // The box of a line is taller than its letters.
      if (across > 2 && down > 0.35 * Math.min(a.box.height, b.box.height)) faults.push(`overlap: ${a.text} | ${b.text}`);
    }
  }
  return [...new Set(faults)];
}
