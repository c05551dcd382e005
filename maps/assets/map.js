// Draws what maps/layers.py describes. Every string in `data` was escaped there and may be set as
// HTML; nothing here builds markup from anything else. No requests, no storage, no eval.
"use strict";

function outreachMap(map, data) {
  // Leaflet takes the focus at every press: the page must not jump away under the pointer.
  const holder = map.getContainer();
  holder.focus = () => HTMLElement.prototype.focus.call(holder, { preventScroll: true });

  // Inside a page the wheel scrolls the page; the map has its buttons and two fingers.
  if (data.embedded || window.self !== window.top) map.scrollWheelZoom.disable();

  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const VALUE = {};
  for (let at = 0; at < 64; at++) VALUE[LETTERS[at]] = at;
  const markOf = {};  // stop number -> its marker

  // The reader of maps/lines.py: text to lists of [lat, lon].
  function lines(text) {
    const numbers = [];
    let value = 0, shift = 0;
    for (const letter of text) {
      const digit = VALUE[letter];
      value += (digit & 31) * 2 ** shift;
      shift += 5;
      if (digit < 32) {
        numbers.push(value % 2 ? -(value + 1) / 2 : value / 2);
        value = 0;
        shift = 0;
      }
    }
    const all = [];
    let at = 0, lon = 0, lat = 0;
    while (at < numbers.length) {
      const line = [];
      for (let left = numbers[at++]; left > 0; left--) {
        lon += numbers[at++];
        lat += numbers[at++];
        line.push([lat / 1e5, lon / 1e5]);
      }
      all.push(line);
    }
    return all;
  }

  function pane(name, order, still) {
    const made = map.createPane(name);
    made.style.zIndex = order;
    if (still) made.style.pointerEvents = "none";
    return name;
  }

  open();
  L.control.zoom({ zoomInTitle: data.words.zoomIn, zoomOutTitle: data.words.zoomOut }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  L.control.attribution({ prefix: false }).addAttribution(data.attribution).addTo(map);

  // One canvas for all lines: on paper Chromium fills a second one with white.
  const renderer = L.canvas({ pane: pane("ground", 210), padding: 0.2, tolerance: 6 });
  const Line = lightLines(), Dots = manyDots();
  const ground = [];  // what tiles of the office's own server take the place of
  drawGround();
  const { tiles } = { ...globalThis.onScreen, ...data };
  if (tiles) layTiles();
  if (data.areas) drawAreas();
  drawLabels();
  if (data.left && data.left.length) drawLeft();
  const routes = (data.routes || []).map(drawRoute);
  (data.offices || []).forEach(drawOffice);
  if (data.choices) listenToChoices();
  if (data.arrows) {
    map.on("zoomend", drawArrows);
    map.on("zoomend", spreadStops);
    drawArrows();
    spreadStops();
  }
  if (!data.embedded) {
    listenToList();
    listenToPrinter();
  }

  // A frame that is not laid out yet, or is being left, has no size to fit anything into: the map
  // waits at its middle until there is one.
  function open() {
    const fitted = fit(18);
    map.setMaxBounds(L.latLngBounds(data.view).pad(1.2));
    map.setMinZoom(fitted ? Math.max(5, Math.floor(map.getZoom()) - 2) : 5);
    if (fitted) return;
    const watch = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = map.getContainer();
      if (Math.min(clientWidth, clientHeight) <= 36) return;
      watch.disconnect();
      map.invalidateSize({ animate: false });
      open();
    });
    watch.observe(map.getContainer());
    map.on("unload", () => watch.disconnect());
  }

  // Leaflet works out where every point is on the screen at every zoom, and that twice. In the plane of
  // zoom 0 each is worked out once; what is left is to scale and to shift.
  function placing() {
    const scale = map.getZoomScale(map.getZoom(), 0), from = map.getPixelOrigin();
    return (spot) => {
      spot.flat = spot.flat || map.project(spot, 0);
      const { x, y } = spot.flat;
      return new L.Point(Math.round(x * scale) - from.x, Math.round(y * scale) - from.y);
    };
  }

  // A kind of path that is laid out once for each view.
  function quick(Kind, layOut) {
    return Kind.extend({
      _project() {
        const view = map.getZoom() + " " + map.getPixelOrigin();
        if (view !== this._view) layOut.call(this, placing());
        this._view = view;
      },
    });
  }

  function lightLines() {
    return quick(L.Polyline, function (place) {
      const parts = L.LineUtil.isFlat(this._latlngs) ? [this._latlngs] : this._latlngs;
      this._rings = parts.map((line) => line.map(place));
      const around = L.bounds(this._rings.flat());
      if (!around.isValid()) return;
      this._rawPxBounds = around;
      this._updateBounds();
    });
  }

  // Discs by the thousand as one path: each look is drawn once and stamped at its doors. As a path for
  // every door a zoom takes several times as long. A door is [at, look, popup].
  function manyDots() {
    const NEAR = 6;
    const half = ({ radius, weight }) => radius + Math.ceil(weight);
    function stamp(look) {
      const made = document.createElement("canvas"), fine = L.Browser.retina ? 2 : 1;
      made.width = made.height = 2 * half(look) * fine;
      const pen = made.getContext("2d");
      pen.scale(fine, fine);
      pen.arc(half(look), half(look), look.radius, 0, 2 * Math.PI);
      pen.fillStyle = look.fill;
      pen.fill();
      pen.lineWidth = look.weight;
      pen.strokeStyle = look.rim;
      pen.stroke();
      return made;
    }
    return quick(L.Path, function (place) {
      for (const door of this._doors) door.point = place(door);
      const { min, max } = L.bounds(this._doors.map((door) => door.point)), rim = L.point(12, 12);
      this._pxBounds = L.bounds(min.subtract(rim), max.add(rim));
    }).extend({
      options: { renderer, stroke: false },
      initialize(doors) {
        this._doors = doors.map(([[lat, lng], look, popup]) => {
          look.stamp = look.stamp || stamp(look);
          return { lat, lng, look, popup };
        });
        this.bindPopup(() => this._met.popup, { maxWidth: 260 });
      },
      // Where Leaflet opens the popup: at the door that was met, not at the pointer.
      getLatLng() {
        return L.latLng(this._met.lat, this._met.lng);
      },
      _update() {
        if (this._map) this._updatePath();
      },
      _updatePath() {
        const { _ctx: pen, _bounds: seen, _drawing: drawing } = this._renderer;
        if (!drawing) return;
        pen.globalAlpha = 1;
        const taken = new Set();  // from afar many doors are one spot
        for (const { point, look } of this._doors) {
          const side = half(look), spot = ((point.x >> 1) * 65536 + (point.y >> 1)) * 64 + side;
          if (taken.has(spot) || !seen.contains(point)) continue;
          taken.add(spot);
          pen.drawImage(look.stamp, point.x - side, point.y - side, 2 * side, 2 * side);
        }
      },
      _containsPoint(point) {
        let nearest = Infinity;
        for (const door of this._doors) {
          const apart = door.point.distanceTo(point);
          if (apart > Math.min(nearest, door.look.radius + NEAR)) continue;
          nearest = apart;
          this._met = door;
        }
        return nearest < Infinity;
      },
    });
  }

  // Shows the whole view with `padding` pixels around it. Leaflet makes NaN of a frame that is
  // smaller than its padding.
  function fit(padding) {
    const { x, y } = map.getSize();
    const room = Math.min(x, y) > 2 * padding;
    if (room) map.fitBounds(data.view, { padding: [padding, padding], animate: false });
    else map.setView(L.latLngBounds(data.view).getCenter(), 12, { animate: false });
    return room;
  }

  // Paper has another shape than the screen: lay out for it first, then fit the map into it.
  function listenToPrinter() {
    let before = null;
    function redraw() {
      map.invalidateSize({ animate: false });
      if (before) map.setView(before.centre, before.zoom, { animate: false });
      else fit(12);
      map.fire("moveend");  // canvases draw at once, not with the next frame, which never comes
    }
    window.addEventListener("beforeprint", () => {
      const seen = { centre: map.getCenter(), zoom: map.getZoom() };
      document.body.classList.add("printing");
      redraw();
      before = seen;
    });
    window.addEventListener("afterprint", () => {
      document.body.classList.remove("printing");
      redraw();
      before = null;
    });
  }

  // Roads from wide to narrow: fill, edge, width in pixels at zoom 16, least width.
  function drawGround() {
    const LOOKS = [
      ["#f0ad5f", "#b97a2c", 11, 2.2],
      ["#f8d28a", "#c39a4b", 10, 1.8],
      ["#fbe8ae", "#c0a85d", 9, 1.5],
      ["#ffffff", "#a8a294", 8, 1.1],
      ["#ffffff", "#bdb7aa", 6.5, 0.8],
      ["#ffffff", "#cbc6ba", 3.6, 0.5],
      ["#b7a88d", "", 1.4, 0.5],
    ];
    const still = { renderer, interactive: false };
    if (data.builtUp) {
      ground.push(L.polygon(lines(data.builtUp).map((ring) => [ring]), {
        ...still, stroke: false, fillColor: "#e6e1d6", fillOpacity: 0.9,
      }).addTo(map));
    }
    const drawn = [];
    const roads = (data.roads || []).map(([look, text]) => [look, lines(text)]);
    roads.sort((one, other) => other[0] - one[0]);
    for (const edge of [true, false]) {
      for (const [look, paths] of roads) {
        if (edge && !LOOKS[look][1]) continue;
        const line = new Line(paths, {
          ...still, smoothFactor: 0.6, lineCap: "round", lineJoin: "round",
          dashArray: look === 6 ? "4 3" : null,
        });
        drawn.push([line.addTo(map), look, edge]);
        ground.push(line);
      }
    }
    if (data.borders) {
      new Line(lines(data.borders), {
        ...still, color: "#8a6fa8", weight: 1.6, opacity: 0.75, dashArray: "7 4 1.5 4",
      }).addTo(map);
    }
    function restyle() {
      const grow = 2 ** ((map.getZoom() - 16) / 1.7);
      for (const [line, look, edge] of drawn) {
        const [fill, rim, width, least] = LOOKS[look];
        const wide = Math.max(least, Math.min(width * grow, 2 * width));
        const thin = look > 2 && wide < 2.4;
        const hidden = (look > 4 && wide < 0.7) || (edge && thin);
        // Not by `setStyle`, which would ask for the whole canvas once more.
        Object.assign(line.options, {
          color: edge ? rim : thin && rim ? "#cfc9bc" : fill,
          weight: edge ? wide + 1.6 : wide,
          opacity: hidden ? 0 : 1,
        });
        line._updateBounds();
      }
    }
    map.on("zoomend", restyle);
    map.on("tilescame", () => map.off("zoomend", restyle));
    restyle();
  }

  // Our own ground stays until the first tile has come: where the server is silent, it is the map.
  function layTiles() {
    const layer = L.tileLayer(tiles.path, {
      pane: pane("tiles", 205, true), maxZoom: 19, attribution: tiles.credit,
    });
    layer.once("tileload", () => {
      ground.forEach((each) => each.remove());
      map.fire("tilescame");
    });
    layer.addTo(map);
  }

  // The heavier name wins where two would collide.
  function drawLabels() {
    pane("labels", 450, true);
    const marks = (data.labels || []).map(([lat, lon, name, size, letters]) => ({
      letters,
      size,
      at: L.latLng(lat, lon),
      mark: L.marker([lat, lon], {
        pane: "labels", interactive: false, keyboard: false,
        icon: L.divIcon({ className: "name name-" + size, html: "<span>" + name + "</span>", iconSize: [0, 0] }),
      }),
    }));
    const stops = data.arrows ? data.routes.flatMap((route) => route.stops.map((stop) => stop.at)) : [];
    function place() {
      const taken = stops.map((at) => {
        const point = map.latLngToLayerPoint(at);
        return L.bounds(point.subtract([17, 17]), point.add([17, 17]));
      });
      const seen = map.getBounds().pad(0.1);
      for (const { at, mark, letters, size } of marks) {
        const point = map.latLngToLayerPoint(at);
        const half = letters * (size === 0 ? 5.2 : 4.2) + 6;
        const box = L.bounds(point.subtract([half, 11]), point.add([half, 11]));
        const free = seen.contains(at) && !taken.some((other) => other.overlaps(box));
        if (free) taken.push(box);
        if (free) mark.addTo(map);
        else mark.remove();
      }
    }
    map.on("moveend", place);  // which also follows every zoom
    map.on("tilescame", () => {  // tiles have the names on them
      map.off("moveend", place);
      marks.forEach(({ mark }) => mark.remove());
    });
    place();
  }

  function drawRoute(route) {
    map.getPane("stops") || pane("stops", 610);
    const made = L.layerGroup();
    const solid = lines(route.road), dashed = lines(route.crow);
    const wide = data.arrows ? 5 : 2.6;
    const rim = data.arrows ? 4 : 2;
    const casing = { renderer, color: "#ffffff", weight: wide + rim, opacity: 0.95, interactive: false };
    made.addLayer(new Line([...solid, ...dashed], casing));
    const style = { renderer, color: route.colour, weight: wide, opacity: 0.95, interactive: !!route.tip };
    const ink = [new Line(solid, style), new Line(dashed, { ...style, dashArray: "2 9" })];
    for (const line of ink) {
      if (route.tip) line.bindTooltip(route.tip, { sticky: true });
      made.addLayer(line);
    }
    if (data.arrows) for (const stop of route.stops) made.addLayer(drawStop(stop, route));
    else if (route.stops.length) made.addLayer(drawDots(route));
    made.addTo(map);
    return { route, made, solid };
  }

  function drawStop(stop, route) {
    const mark = L.marker(stop.at, {
      pane: "stops", zIndexOffset: stop.urgent ? 500 : 0, title: "", alt: stop.label,
      icon: L.divIcon({
        className: "stop" + (stop.urgent ? " urgent" : "") + (stop.label.length > 2 ? " wide" : ""),
        html: "<b style='background:" + route.colour + "'><i>" + stop.label + "</i></b>",
        iconSize: [30, 30],
      }),
    });
    mark.bindPopup(stop.popup, { maxWidth: 260, autoPanPadding: [20, 20] });
    for (const number of stop.numbers) markOf[number] = mark;
    mark.on("click", () => mentionInList(stop.numbers[0]));
    return mark;
  }

  function drawDots(route) {
    const looks = [4, 6].map((radius) => ({ radius, fill: route.colour, rim: "#ffffff", weight: 1 }));
    return new Dots(route.stops.map(({ at, urgent, popup }) => [at, looks[urgent ? 1 : 0], popup]));
  }

  // Doors that nobody visits, all that say the same at once; drawn before the routes.
  function drawLeft() {
    const look = { radius: 3, fill: "#ffffff", rim: "#4a4a4a", weight: 1.4 };
    const doors = data.left.flatMap((same) => lines(same.doors)[0].map((at) => [at, look, same.popup]));
    new Dots(doors).addTo(map);
  }

  function drawOffice(office) {
    L.marker(office.at, {
      zIndexOffset: -200,
      icon: L.divIcon({ className: data.arrows ? "office" : "office small", html: "<b>" + office.label + "</b>", iconSize: [30, 30] }),
    }).bindTooltip(office.tip).addTo(map);
  }

  // Where marks would hide each other the later one steps aside, tied to its door by a line.
  function spreadStops() {
    const GAP = 27, RINGS = 4;
    spreadStops.ties = spreadStops.ties || L.layerGroup().addTo(map);
    spreadStops.ties.clearLayers();
    const taken = [];
    for (const mark of new Set(Object.values(markOf))) {
      const door = map.latLngToLayerPoint(mark.getLatLng());
      let spot = door;
      search: for (let ring = 0; ring <= RINGS; ring++) {
        const steps = ring ? 8 * ring : 1;
        for (let step = 0; step < steps; step++) {
          const turn = 2 * Math.PI * step / steps;
          spot = door.add([ring * 0.7 * GAP * Math.cos(turn), ring * 0.7 * GAP * Math.sin(turn)]);
          if (taken.every((other) => other.distanceTo(spot) >= GAP)) break search;
        }
      }
      taken.push(spot);
      const aside = spot.subtract(door), style = mark.getElement().style;
      style.marginLeft = aside.x - 15 + "px";
      style.marginTop = aside.y - 15 + "px";
      if (!aside.x && !aside.y) continue;
      const ends = [mark.getLatLng(), map.layerPointToLatLng(spot)];
      spreadStops.ties.addLayer(L.polyline(ends, {
        renderer, color: "#1b1f24", weight: 1.5, interactive: false,
      }));
      spreadStops.ties.addLayer(L.circleMarker(ends[0], {
        renderer, radius: 3, color: "#ffffff", weight: 1, fillOpacity: 1,
        fillColor: "#1b1f24", interactive: false,
      }));
    }
  }

  // Arrowheads every 150 pixels, pointing along the way.
  function drawArrows() {
    map.getPane("arrows") || pane("arrows", 430, true);
    drawArrows.made = drawArrows.made || L.layerGroup().addTo(map);
    drawArrows.made.clearLayers();
    for (const { solid } of routes) {
      let ahead = 70;
      for (const line of solid) {
        for (let at = 1; at < line.length; at++) {
          const from = map.latLngToLayerPoint(line[at - 1]), to = map.latLngToLayerPoint(line[at]);
          const gap = from.distanceTo(to);
          while (ahead < gap) {
            const point = from.add(to.subtract(from).multiplyBy(ahead / gap));
            const turn = Math.round(Math.atan2(to.y - from.y, to.x - from.x) * 180 / Math.PI);
            const html = "<svg viewBox='-6 -6 12 12' style='transform:rotate(" + turn + "deg)'>" +
              "<path d='M-3.2-4 4 0-3.2 4-1.4 0Z'/></svg>";
            drawArrows.made.addLayer(L.marker(map.layerPointToLatLng(point), {
              pane: "arrows", interactive: false, keyboard: false,
              icon: L.divIcon({ className: "arrow", html, iconSize: [14, 14] }),
            }));
            ahead += 150;
          }
          ahead -= gap;
        }
      }
    }
  }

  function drawAreas() {
    const renderer = L.svg({ pane: pane("areas", 300), padding: 0.4 });
    for (const area of data.areas) {
      L.polygon(lines(area.rings), {
        renderer, color: area.own ? "#1b1f24" : "#5a6470", weight: area.own ? 3.5 : 1, fillColor: area.colour, fillOpacity: 0.85,
        className: area.hidden ? "suppressed" : "",
      }).bindTooltip(area.tip, { sticky: true }).addTo(map);
    }
  }

  function listenToChoices() {
    const boxes = [...document.querySelectorAll("input[data-day], input[data-team]")];
    function show() {
      const days = new Set(), teams = new Set();
      for (const box of boxes) {
        if (!box.checked) continue;
        if (box.dataset.day !== undefined) days.add(+box.dataset.day);
        else teams.add(+box.dataset.team);
      }
      for (const { route, made } of routes) {
        if (days.has(route.day) && teams.has(route.team)) made.addTo(map);
        else made.remove();
      }
    }
    for (const box of boxes) box.addEventListener("change", show);
    for (const button of document.querySelectorAll("button[data-all]")) {
      button.addEventListener("click", () => {
        for (const box of document.querySelectorAll("input[data-team]")) {
          box.checked = button.dataset.all === "1";
        }
        show();
      });
    }
  }

  function listenToList() {
    for (const button of document.querySelectorAll("button[data-stop]")) {
      button.addEventListener("click", () => {
        const mark = markOf[button.dataset.stop];
        if (!mark) return;
        map.setView(mark.getLatLng(), Math.max(map.getZoom(), 16), { animate: false });
        mark.openPopup();
        map.getContainer().scrollIntoView({ block: "nearest" });
        mentionInList(button.dataset.stop);
      });
    }
  }

  function mentionInList(number) {
    for (const row of document.querySelectorAll(".stops li.now")) row.classList.remove("now");
    const row = document.querySelector(".stops li[data-row='" + Number(number) + "']");
    if (row) row.classList.add("now");
  }
}
