// The planner's map in the review queue: numbered candidates to choose from, and a pin to put down
// by a click, a drag, or Enter for the middle. `outreachMap` of map.js draws what lies beneath.
// Strings in `data` were escaped in maps/layers.py.

const DROPPED = "<svg viewBox='0 0 34 44' aria-hidden='true'><path d='M17 43C13 33 2 27 2 16a15 15 0 0 1 30 0c0 11-11 17-15 27Z'" +
  " fill='#c2185b' stroke='#fff' stroke-width='2.5'/><circle cx='17' cy='16' r='5.5' fill='#fff'/></svg>";

// Leaflet comes with a component of its own, which may be loaded later than this one.
async function leaflet() {
  while (!globalThis.L) await new Promise((after) => setTimeout(after, 20));
}

export default async function (component) {
  const { data, parentElement, setTriggerValue } = component;
  await leaflet();
  const frame = parentElement.querySelector(".pin-frame");
  const kept = (frame.kept ||= { map: null, drawn: "", of: "" });
  Object.assign(kept, { tell: setTriggerValue, pinTitle: data.words.pin });
  if (kept.drawn !== data.drawn) draw(frame, kept, data);
  mark(kept, data);
  return () => kept.map.remove();
}

// A new map: the ground of one place is not that of another.
function draw(frame, kept, data) {
  const before = kept.map, same = kept.of === data.of;
  const holder = document.createElement("div");
  holder.className = "pin-map";
  holder.setAttribute("role", "application");
  holder.setAttribute("aria-label", data.words.map);
  frame.append(holder);
  const map = L.map(holder, {
    preferCanvas: true, zoomControl: false, attributionControl: false, zoomSnap: 0.25, maxZoom: 19,
    doubleClickZoom: false, boxZoom: false,
  });
  outreachMap(map, data.scene);
  map.setMinZoom(7);
  map.setMaxBounds(L.latLngBounds(data.scene.limits).pad(0.1));
  if (before && same) map.setView(before.getCenter(), before.getZoom(), { animate: false });
  if (before) {
    const focused = frame.getRootNode().activeElement === before.getContainer();
    before.remove();
    before.getContainer().remove();
    if (focused) holder.focus({ preventScroll: true });
  }
  Object.assign(kept, { map, drawn: data.drawn, of: data.of, pin: null, marks: drawMarks(map, kept, data.scene) });
  map.on("click", (event) => put(kept, event.latlng));
  holder.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === holder) put(kept, map.getCenter());
  });
  let waiting = 0;
  map.on("moveend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => askForMore(kept, data.scene), 250);
  });
}

function drawMarks(map, kept, scene) {
  if (scene.doubt) {
    const [lat, lon, radius] = scene.doubt;
    L.circle([lat, lon], { radius, color: "#0067a5", weight: 1.5, dashArray: "5 5", fill: false, interactive: false }).addTo(map);
  }
  return scene.marks.map(({ at, number, colour, tip }) =>
    L.marker(at, {
      zIndexOffset: -10 * number, alt: String(number),
      icon: L.divIcon({
        className: "stop", iconSize: [30, 30],
        html: "<b style='background:" + colour + "'><i>" + number + "</i></b>",
      }),
    }).bindTooltip(tip).on("click", () => kept.tell("picked", number)).addTo(map));
}

// What is chosen now: a candidate or the pin.
function mark(kept, data) {
  kept.marks.forEach((each, at) => each.getElement().classList.toggle("chosen", at === data.chosen));
  if (data.pin) show(kept, L.latLng(data.pin[1], data.pin[0]));
  else if (kept.pin) {
    kept.pin.remove();
    kept.pin = null;
  }
}

function show(kept, at) {
  if (kept.pin) return kept.pin.setLatLng(at);
  kept.pin = L.marker(at, {
    draggable: true, autoPan: true, zIndexOffset: 1000, title: kept.pinTitle,
    icon: L.divIcon({ className: "dropped", html: DROPPED, iconSize: [34, 44], iconAnchor: [17, 43] }),
  }).on("dragend", () => tellPin(kept, kept.pin.getLatLng())).addTo(kept.map);
  return kept.pin;
}

function put(kept, at) {
  show(kept, at);
  tellPin(kept, at);
}

function tellPin(kept, at) {
  kept.tell("placed", [at.lng, at.lat]);
}

// Somebody looks farther, or closer, than what was drawn: the service knows the streets there.
const LEAST_REACH = 700, OVERVIEW_ENDS = 3200;  // metres, see Look in maps/layers.py

function askForMore(kept, scene) {
  const map = kept.map, middle = map.getCenter();
  if (!map.getContainer().isConnected) return;
  const seen = map.distance(middle, map.getBounds().getNorthEast());
  const beyond = scene.reach && map.distance(middle, scene.middle) + 0.8 * seen > scene.reach;
  const closer = scene.reach ? scene.reach > LEAST_REACH && seen < scene.reach / 4 : seen < OVERVIEW_ENDS;
  if (closer || beyond) kept.tell("looked", [middle.lng, middle.lat, 1.8 * seen]);
}
