// Districts to hand from team to team: cells to click, doors to click, a lasso to draw around doors,
// and the teams with their work. `outreachMap` of map.js draws what lies beneath. Strings that are
// set as HTML were escaped in maps/pages/district_map.py.

// Leaflet comes with a component of its own, which may be loaded later than this one.
async function leaflet() {
  while (!globalThis.L) await new Promise((after) => setTimeout(after, 20));
}

export default async function (component) {
  const { data, parentElement, setTriggerValue } = component;
  await leaflet();
  const frame = parentElement.querySelector(".districts");
  const kept = (frame.kept ||= { drawn: "", chosen: new Set(), lasso: false });
  Object.assign(kept, { tell: setTriggerValue, data, homes: [...data.homes] });
  if (kept.drawn !== data.drawn) draw(frame, kept);
  colour(kept);
  panel(frame, kept);
  return () => kept.map.remove();
}

function draw(frame, kept) {
  const { data } = kept;
  if (kept.map) kept.map.remove();
  frame.querySelector(".district-map")?.remove();
  const holder = document.createElement("div");
  holder.className = "district-map";
  holder.setAttribute("role", "application");
  holder.setAttribute("aria-label", data.words.map);
  frame.prepend(holder);
  const map = L.map(holder, {
    preferCanvas: true, zoomControl: false, attributionControl: false, zoomSnap: 0.25, maxZoom: 19,
    boxZoom: false,
  });
  outreachMap(map, data.scene);
  Object.assign(kept, { map, drawn: data.drawn, chosen: new Set() });
  map.createPane("cells").style.zIndex = 300;
  map.createPane("numbers").style.zIndex = 430;
  // One canvas: a second one on top would keep every click from the first.
  const renderer = L.canvas({ pane: "cells", padding: 0.4, tolerance: 3 });
  kept.cells = data.cells.map((cell) => {
    const shape = L.polygon(cell.rings, { renderer, weight: 1.2, color: "#1b1f24", opacity: 0.55 })
      .bindTooltip(cell.name, { sticky: true })
      .on("click", () => toggle(frame, kept, cell.visits))
      .addTo(map);
    const mark = L.marker(cell.middle, { pane: "numbers", interactive: false, keyboard: false });
    return { ...cell, shape, mark };
  });
  kept.doors = data.doors.map((at, index) =>
    L.circleMarker(at, { renderer, radius: 4.5 })
      .on("click", (event) => { L.DomEvent.stop(event); toggle(frame, kept, [index]); })
      .addTo(map));
  map.on("zoomend", () => legible(kept));
  legible(kept);
  drawLasso(frame, kept);
}

// Numbers that would lie on one another wait until somebody looks closer.
function legible({ map, cells, doors }) {
  const taken = [];
  for (const { mark } of cells) {
    const point = map.latLngToLayerPoint(mark.getLatLng());
    const free = taken.every((other) => other.distanceTo(point) > 26);
    if (free) taken.push(point);
    free ? mark.addTo(map) : mark.remove();
  }
  const radius = Math.min(6, Math.max(2.5, (map.getZoom() - 8) * 0.9));
  for (const door of doors) door.setRadius(radius);
}

// All of `visits` chosen, or none of them where all were.
function toggle(frame, kept, visits) {
  const all = visits.every((each) => kept.chosen.has(each));
  for (const each of visits) all ? kept.chosen.delete(each) : kept.chosen.add(each);
  colour(kept);
  panel(frame, kept);
}

const NOBODY = { colour: "#6b6b6b", number: "–" };

function colour(kept) {
  const { data, homes, chosen } = kept;
  const team = (index) => data.teams[homes[index]] || NOBODY;
  for (const { visits, shape, mark } of kept.cells) {
    const counts = new Map();
    for (const each of visits) counts.set(team(each), (counts.get(team(each)) || 0) + 1);
    const [most] = [...counts].sort((one, other) => other[1] - one[1])[0];
    const picked = visits.every((each) => chosen.has(each));
    shape.setStyle({
      fillColor: most.colour, fillOpacity: picked ? 0.75 : 0.38, weight: picked ? 4 : 1.2,
      color: picked ? "#8a5a00" : "#1b1f24", opacity: picked ? 1 : 0.55,
    });
    mark.setIcon(L.divIcon({
      className: "cell-number", iconSize: [0, 0],
      html: "<span>" + [...counts.keys()].map((each) => each.number).join("·") + "</span>",
    }));
  }
  kept.doors.forEach((door, index) => door.setStyle({
    fillColor: team(index).colour, fillOpacity: 1, weight: chosen.has(index) ? 3.5 : 1.2,
    color: chosen.has(index) ? "#ffbf47" : "#ffffff",
  }));
}

// What is chosen, and the teams with their work: a button each hands the chosen doors over.
function panel(frame, kept) {
  const { data, chosen } = kept, { words } = data;
  const box = frame.querySelector(".district-panel");
  const focused = frame.getRootNode().activeElement?.dataset?.name;
  box.replaceChildren();
  const tools = box.appendChild(document.createElement("div"));
  tools.className = "tools";
  const lasso = button(tools, words.lasso, "lasso", () => {
    kept.lasso = !kept.lasso;
    panel(frame, kept);
  });
  lasso.setAttribute("aria-pressed", String(kept.lasso));
  kept.map.getContainer().classList.toggle("drawing", kept.lasso);
  const none = button(tools, words.none, "none", () => toggle(frame, kept, [...chosen]));
  none.disabled = !chosen.size;
  const said = box.appendChild(document.createElement("p"));
  said.setAttribute("role", "status");
  said.textContent = chosen.size ? words.chosen.replace("#", chosen.size) : words.choose;
  data.teams.forEach((team, at) => {
    const row = button(box, "", team.number, () => give(frame, kept, at));
    row.className = "team";
    row.disabled = !chosen.size;
    row.innerHTML = "<b style='background:" + team.colour + "'>" + team.number + "</b><span>" + team.name +
      "<i><u style='width:" + Math.min(100, 100 * team.share) + "%;background:" + team.colour + "'" +
      (team.share > 1 ? " class='over'" : "") + "></u></i><small>" + team.load + "</small></span>";
  });
  if (focused) box.querySelector("[data-name='" + focused + "']")?.focus();
}

function button(box, words, name, act) {
  const made = box.appendChild(document.createElement("button"));
  made.type = "button";
  made.dataset.name = name;
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

function give(frame, kept, at) {
  const visits = [...kept.chosen];
  for (const each of visits) kept.homes[each] = at;
  kept.chosen.clear();
  colour(kept);
  panel(frame, kept);
  kept.tell("moved", { visits: visits.map((each) => kept.data.ids[each]), team: kept.data.teams[at].id });
}

// A line drawn around doors with the pointer held down.
function drawLasso(frame, kept) {
  const { map } = kept, holder = map.getContainer();
  let line = null;
  holder.addEventListener("pointerdown", (event) => {
    if (!kept.lasso || event.target.closest(".leaflet-control")) return;
    map.dragging.disable();
    holder.setPointerCapture(event.pointerId);
    line = L.polygon([map.mouseEventToLatLng(event)], {
      renderer: L.svg(), color: "#8a5a00", weight: 2.5, dashArray: "6 4", fillOpacity: 0.08, interactive: false,
    }).addTo(map);
  }, true);
  holder.addEventListener("pointermove", (event) => {
    if (line) line.addLatLng(map.mouseEventToLatLng(event));
  });
  holder.addEventListener("pointerup", () => {
    if (!line) return;
    const ring = line.getLatLngs()[0];
    kept.data.doors.forEach((at, index) => within(at, ring) && kept.chosen.add(index));
    line.remove();
    line = null;
    map.dragging.enable();
    kept.lasso = false;
    // The click that follows belongs to the lasso, not to the cell under it.
    holder.addEventListener("click", (event) => event.stopPropagation(), { capture: true, once: true });
    setTimeout(() => { colour(kept); panel(frame, kept); }, 0);
  });
}

// Even-odd rule: how often a ray to the east crosses the ring.
function within([lat, lon], ring) {
  let inside = false;
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at++) {
    const one = ring[at], other = ring[before];
    if ((one.lat > lat) !== (other.lat > lat) &&
        lon < ((other.lng - one.lng) * (lat - one.lat)) / (other.lat - one.lat) + one.lng) inside = !inside;
  }
  return inside;
}
