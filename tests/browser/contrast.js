// Texts whose contrast with what lies behind them is below 4.5 to 1, as [text, contrast].
const parse = (color) => {
  const numbers = color.match(/[\d.]+/g).map(Number);
  const scale = color.startsWith("color(") ? 255 : 1;
  return [...numbers.slice(0, 3).map((n) => n * scale), numbers.length > 3 ? numbers[3] : 1];
};
const light = ([r, g, b]) => {
  const part = (v) => { const c = v / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
const ground = (element) => {
  const layers = [];
  for (let e = element; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
  return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
};
const weak = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const text = walker.currentNode.textContent.trim();
  const element = walker.currentNode.parentElement;
  if (!text || !element.getClientRects().length || element.closest(".hidden, .skip, script, style, option, title")) continue;
  const style = getComputedStyle(element);
  const svg = element instanceof SVGElement;
  let below = ground(svg ? element.closest("svg").parentElement : element);
  const box = svg && element.parentElement.querySelector("rect");
  if (box && element.closest(".node")) below = over(parse(getComputedStyle(box).fill), below);
  const [a, b] = [light(parse(svg ? style.fill : style.color)), light(below)];
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (contrast < 4.5) weak.push([text.slice(0, 40), Math.round(contrast * 100) / 100]);
}
return weak;
