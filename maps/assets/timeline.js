// Days as bars of time: ways, waiting, doors, pauses; a stop is dragged, or moved with the arrow
// keys, to another place, team or day. What that would do is told by the service; nothing is kept
// here. All strings are set as text.

const SVG = "http://www.w3.org/2000/svg";
const ROW = 46, HEAD = 24, TOP = 9, BAR = 28;

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const frame = parentElement.querySelector(".timeline");
  const focused = frame.getRootNode().activeElement?.dataset?.visit;
  const kept = { frame, data, tell: setTriggerValue, width: Math.max(640, frame.clientWidth) };
  draw(kept);
  if (focused) [...frame.querySelectorAll("[data-visit]")].find((each) => each.dataset.visit === focused)?.focus();
  const resized = new ResizeObserver(() => {
    const width = Math.max(640, frame.clientWidth);
    if (Math.abs(width - kept.width) < 8) return;
    kept.width = width;
    draw(kept);
  });
  resized.observe(frame);
  return () => resized.disconnect();
}

function made(parent, name, attributes, words) {
  const node = parent.appendChild(document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (words !== undefined) node.textContent = words;
  return node;
}

function draw(kept) {
  const { frame, data } = kept;
  const left = 150, right = kept.width - 12;
  kept.x = (seconds) => left + ((seconds - data.from) / (data.to - data.from)) * (right - left);
  kept.time = (x) => data.from + ((x - left) / (right - left)) * (data.to - data.from);
  const height = HEAD + ROW * data.rows.length + 6;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${kept.width} ${height}`);
  svg.setAttribute("width", kept.width);
  svg.setAttribute("height", height);
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", data.words.timeline);
  frame.replaceChildren(svg);
  kept.svg = svg;
  for (let hour = Math.ceil(data.from / 3600); hour * 3600 <= data.to; hour++) {
    made(svg, "line", { x1: kept.x(hour * 3600), x2: kept.x(hour * 3600), y1: HEAD - 4, y2: height, class: "hour" });
    made(svg, "text", { x: kept.x(hour * 3600), y: 13, class: "clock" }, String(hour).padStart(2, "0") + ":00");
  }
  data.rows.forEach((row, at) => drawRow(kept, row, at));
}

function drawRow(kept, row, at) {
  const { svg, x } = kept, y = HEAD + at * ROW + TOP;
  const group = made(svg, "g", { class: "row", "data-shift": row.shift });
  made(group, "rect", { x: 0, y: y - TOP, width: kept.width, height: ROW, class: "band" });
  made(group, "text", { x: 6, y: y + 18, class: "name" }, row.name.length > 20 ? row.name.slice(0, 19) + "…" : row.name);
  made(group, "title", {}, row.name);
  made(group, "rect", { x: x(row.start), y: y - 3, width: x(row.end) - x(row.start), height: BAR + 6, rx: 4, class: "shift" });
  if (row.leave !== null) made(group, "line", { x1: x(row.leave), x2: x(row.back), y1: y + BAR / 2, y2: y + BAR / 2, class: "way" });
  if (row.pause) made(group, "rect", { x: x(row.pause[0]), y: y + 6, width: Math.max(2, x(row.pause[1]) - x(row.pause[0])), height: BAR - 12, class: "pause" });
  row.stops.forEach((stop, place) => drawStop(kept, group, row, stop, { at, place, y }));
}

function drawStop(kept, group, row, stop, { at, place, y }) {
  const { x, data } = kept;
  const node = made(group, "g", {
    class: "stop" + (stop.urgent ? " urgent" : "") + (data.chosen === stop.visit ? " chosen" : "") + (data.broken.includes(stop.visit) ? " broken" : ""),
    tabindex: "0", role: "button", "aria-label": stop.said, "data-visit": stop.visit,
  });
  made(node, "title", {}, stop.said);
  for (const [from, to] of stop.windows) {
    const a = Math.max(from, data.from), b = Math.min(to, data.to);
    if (b > a) made(node, "rect", { x: x(a), y: y + BAR + 1, width: x(b) - x(a), height: 3, class: "window" });
  }
  if (stop.start > stop.arrival) made(node, "rect", { x: x(stop.arrival), y: y + 10, width: x(stop.start) - x(stop.arrival), height: BAR - 20, class: "wait" });
  const width = Math.max(12, x(stop.departure) - x(stop.start));
  made(node, "rect", { x: x(stop.start), y, width, height: BAR, rx: 3, class: "door", style: "fill:" + row.colour });
  made(node, "text", { x: x(stop.start) + width / 2, y: y + 19, class: "number" }, String(place + 1));
  node.addEventListener("pointerdown", (event) => drag(kept, event, node, row, stop));
  node.addEventListener("keydown", (event) => step(kept, event, { row, stop, at, place }));
}

// Arrow keys: earlier or later in the day, the row above or below.
function step(kept, event, { row, stop, at, place }) {
  const { rows } = kept.data;
  const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const updown = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (event.key === "Enter") return ask(kept, stop, row, row.shift, place);
  if (sideways === undefined && updown === undefined) return;
  event.preventDefault();
  const there = rows[at + (updown || 0)];
  if (!there) return;
  const others = there.stops.filter((each) => each.visit !== stop.visit);
  const wanted = updown
    ? others.filter((each) => each.start < stop.start).length
    : Math.min(others.length, Math.max(0, place + sideways));
  ask(kept, stop, row, there.shift, wanted);
}

function drag(kept, down, node, row, stop) {
  if (down.button) return;
  const { svg, data } = kept, box = svg.getBoundingClientRect(), scale = kept.width / box.width;
  const grabbed = (down.clientX - box.left) * scale - kept.x(stop.start);
  let to = null;
  node.setPointerCapture(down.pointerId);
  const line = made(svg, "line", { class: "drop", visibility: "hidden" });
  const move = (event) => {
    const dx = (event.clientX - down.clientX) * scale, dy = (event.clientY - down.clientY) * scale;
    if (!to && Math.hypot(dx, dy) < 6) return;
    node.classList.add("dragged");
    node.setAttribute("transform", `translate(${dx} ${dy})`);
    const at = Math.min(data.rows.length - 1, Math.max(0, Math.floor(((event.clientY - box.top) * scale - HEAD) / ROW)));
    const there = data.rows[at], moment = kept.time((event.clientX - box.left) * scale - grabbed);
    const others = there.stops.filter((each) => each.visit !== stop.visit);
    const place = others.filter((each) => (each.start + each.departure) / 2 < moment).length;
    to = { shift: there.shift, place };
    const edge = place ? others[place - 1].departure : others[0] ? others[0].start - 60 : there.start;
    const x = kept.x(edge) + 2, y = HEAD + at * ROW;
    for (const [key, value] of Object.entries({ x1: x, x2: x, y1: y + 2, y2: y + ROW - 2, visibility: "visible" })) line.setAttribute(key, value);
  };
  const up = () => {
    node.removeEventListener("pointermove", move);
    line.remove();
    node.classList.remove("dragged");
    node.removeAttribute("transform");
    if (to) ask(kept, stop, row, to.shift, to.place);
    else ask(kept, stop, row, row.shift, row.stops.indexOf(stop));
  };
  node.addEventListener("pointermove", move);
  node.addEventListener("pointerup", up, { once: true });
  node.addEventListener("pointercancel", () => { to = null; node.removeEventListener("pointermove", move); line.remove(); node.removeAttribute("transform"); }, { once: true });
}

function ask(kept, stop, row, shift, place) {
  kept.tell("asked", { visit: stop.visit, source: row.shift, shift, place });
}
