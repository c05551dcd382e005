// The route, its stops and the roads around it on a canvas: drawn from the day's own data, with the
// phone's position where it gives one. The position is drawn and nothing else: no line of this file
// keeps or sends it.
"use strict";

(() => {
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const VALUE = Object.fromEntries([...LETTERS].map((letter, at) => [letter, at]));
  const METRES_PER_DEGREE = 111320;
  // Width in metres' worth of pixels by road class, as in maps/basemap.py CLASSES.
  const WIDTHS = [4, 3.4, 2.8, 2.2, 1.5, 1, 0.8];
  const CLOSEST = 12,
    MARK = 15; // pixels per metre; radius of a stop's mark

  // The reader of maps/lines.py: text to lists of [lon, lat].
  function lines(text) {
    const numbers = [],
      all = [];
    let value = 0,
      shift = 0;
    for (const letter of text) {
      const digit = VALUE[letter];
      value += (digit & 31) * 2 ** shift;
      shift += 5;
      if (digit < 32) {
        numbers.push(value % 2 ? -(value + 1) / 2 : value / 2);
        value = shift = 0;
      }
    }
    for (let at = 0, lon = 0, lat = 0; at < numbers.length;) {
      const line = [];
      for (let left = numbers[at++]; left > 0; left--) {
        lon += numbers[at++];
        lat += numbers[at++];
        line.push([lon / 1e5, lat / 1e5]);
      }
      all.push(line);
    }
    return all;
  }

  class RouteMap {
    // `picked` is called with the number of a stop that somebody taps.
    constructor(canvas, day, picked) {
      this.canvas = canvas;
      this.picked = picked;
      this.fingers = new Map();
      this.me = null;
      this.state = new Map();
      this.read(day);
      this.whole();
      canvas.addEventListener("pointerdown", (event) => this.down(event));
      canvas.addEventListener("pointermove", (event) => this.move(event));
      for (const end of ["pointerup", "pointercancel"]) {
        canvas.addEventListener(end, (event) => this.up(event));
      }
      canvas.addEventListener(
        "wheel",
        (event) => {
          event.preventDefault();
          this.zoom(2 ** (-event.deltaY / 300), event.offsetX, event.offsetY);
        },
        { passive: false },
      );
      canvas.addEventListener("keydown", (event) => this.key(event));
      new ResizeObserver(() => this.draw()).observe(canvas);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    }

    read(day) {
      const [west, south, east, north] = day.map.bounds;
      this.origin = [(west + east) / 2, (south + north) / 2];
      this.wide = METRES_PER_DEGREE * Math.cos((this.origin[1] * Math.PI) / 180);
      const flat = (line) => line.map((point) => this.metres(point));
      const each = (text) => lines(text || "").map(flat);
      this.bounds = [this.metres([west, south]), this.metres([east, north])];
      this.roads = Object.entries(day.map.roads)
        .map(([look, text]) => [Number(look), each(text)])
        .sort((one, other) => other[0] - one[0]);
      this.builtUp = each(day.map.builtUp);
      this.borders = each(day.map.borders);
      this.legs = day.map.legs.map((text, at) => ({
        lines: each(text),
        straight: day.map.straight.includes(at),
      }));
      this.labels = day.map.labels.map(([lon, lat, name]) => ({
        at: this.metres([lon, lat]),
        name,
      }));
      this.office = this.metres(day.map.office);
      this.stops = day.stops.map((stop) => ({ ...stop, place: this.metres(stop.at) }));
    }

    metres([lon, lat]) {
      return [(lon - this.origin[0]) * this.wide, (lat - this.origin[1]) * METRES_PER_DEGREE];
    }

    // Shows the whole route.
    whole() {
      const { clientWidth: width, clientHeight: height } = this.canvas;
      const [[west, south], [east, north]] = this.bounds;
      this.middle = [(west + east) / 2, (south + north) / 2];
      const fits = Math.min(width / (east - west), height / (north - south));
      this.least = fits / 3;
      this.scale = fits * 0.98 || 0.01;
      this.draw();
    }

    // Shows one place closely.
    show(place) {
      this.middle = [...place];
      this.scale = Math.max(this.scale, 0.6);
      this.draw();
    }

    showStop(number) {
      const stop = this.stops.find((each) => each.number === number);
      if (stop) this.show(stop.place);
    }

    // Draws the phone's position; the first time it shows that and the next stop together.
    locate([lon, lat], accuracy, first) {
      this.me = { at: this.metres([lon, lat]), accuracy };
      if (first) this.showMe();
      else this.draw();
    }

    showMe() {
      const next = this.stops.find((each) => this.state.get(each.number) === "next");
      const [x, y] = this.me.at;
      const [toX, toY] = next ? next.place : [x, y];
      const { clientWidth: width, clientHeight: height } = this.canvas;
      const fits = Math.min(width / Math.abs(x - toX), height / Math.abs(y - toY)) * 0.6;
      this.middle = [(x + toX) / 2, (y + toY) / 2];
      this.scale = Math.min(0.6, Math.max(this.least, fits));
      this.draw();
    }

    zoom(factor, x, y) {
      const { clientWidth: width, clientHeight: height } = this.canvas;
      const before = this.scale;
      this.scale = Math.min(CLOSEST, Math.max(this.least, before * factor));
      const dx = (x ?? width / 2) - width / 2,
        dy = (y ?? height / 2) - height / 2;
      const moved = 1 / before - 1 / this.scale;
      this.middle[0] += dx * moved;
      this.middle[1] -= dy * moved;
      this.draw();
    }

    down(event) {
      this.canvas.setPointerCapture(event.pointerId);
      this.fingers.set(event.pointerId, [event.offsetX, event.offsetY]);
      this.tapped = this.fingers.size === 1 ? [event.offsetX, event.offsetY] : null;
    }

    move(event) {
      const before = this.fingers.get(event.pointerId);
      if (!before) return;
      const now = [event.offsetX, event.offsetY];
      const others = [...this.fingers].filter(([id]) => id !== event.pointerId);
      if (others.length) {
        const [, still] = others[0];
        const apart = (point) => Math.hypot(point[0] - still[0], point[1] - still[1]);
        this.zoom(apart(now) / Math.max(1, apart(before)), still[0], still[1]);
      } else {
        this.middle[0] -= (now[0] - before[0]) / this.scale;
        this.middle[1] += (now[1] - before[1]) / this.scale;
        this.draw();
      }
      this.fingers.set(event.pointerId, now);
      if (this.tapped && Math.hypot(now[0] - this.tapped[0], now[1] - this.tapped[1]) > 8) {
        this.tapped = null;
      }
    }

    up(event) {
      this.fingers.delete(event.pointerId);
      if (event.type !== "pointerup" || !this.tapped) return;
      const [x, y] = this.tapped;
      this.tapped = null;
      const near = this.stops
        .map((stop) => ({
          stop,
          apart: Math.hypot(...this.pixels(stop.place).map((at, axis) => at - [x, y][axis])),
        }))
        .sort((one, other) => one.apart - other.apart)[0];
      if (near && near.apart <= 28) this.picked(near.stop.number);
    }

    key(event) {
      const step = 60 / this.scale;
      const moves = {
        ArrowLeft: [-step, 0],
        ArrowRight: [step, 0],
        ArrowUp: [0, step],
        ArrowDown: [0, -step],
      };
      if (moves[event.key]) {
        this.middle = this.middle.map((at, axis) => at + moves[event.key][axis]);
        this.draw();
      } else if (event.key === "+" || event.key === "=") this.zoom(1.5);
      else if (event.key === "-") this.zoom(1 / 1.5);
      else return;
      event.preventDefault();
    }

    pixels([x, y]) {
      const { clientWidth: width, clientHeight: height } = this.canvas;
      return [
        width / 2 + (x - this.middle[0]) * this.scale,
        height / 2 - (y - this.middle[1]) * this.scale,
      ];
    }

    // Once a frame at most.
    draw() {
      if (this.asked) return;
      this.asked = requestAnimationFrame(() => {
        this.asked = 0;
        this.paint();
      });
    }

    paint() {
      const { canvas } = this;
      const { clientWidth: width, clientHeight: height } = canvas;
      if (!width || !height) return;
      const dense = Math.min(3, devicePixelRatio || 1);
      canvas.width = width * dense;
      canvas.height = height * dense;
      const pen = canvas.getContext("2d");
      pen.scale(dense, dense);
      pen.lineCap = pen.lineJoin = "round";
      const style = getComputedStyle(canvas);
      const colour = (name) => style.getPropertyValue(`--map-${name}`).trim();
      pen.fillStyle = colour("land");
      pen.fillRect(0, 0, width, height);
      pen.fillStyle = colour("built");
      this.trace(pen, this.builtUp);
      pen.fill("evenodd");
      this.stroke(pen, this.borders, colour("border"), 1, [6, 4]);
      const zoomed = Math.min(2.4, Math.max(0.7, this.scale * 2.5));
      for (const [look, roads] of this.roads) {
        const wide = WIDTHS[look] * zoomed;
        if (look < 4) this.stroke(pen, roads, colour("edge"), wide + 1.5);
        this.stroke(pen, roads, colour(look < 3 ? "main" : look < 6 ? "street" : "path"), wide);
      }
      for (const leg of this.legs) this.stroke(pen, leg.lines, colour("halo"), 8);
      for (const leg of this.legs) {
        this.stroke(pen, leg.lines, colour("route"), 4.5, leg.straight ? [2, 9] : []);
      }
      this.names(pen, colour);
      this.markOffice(pen, colour);
      for (const stop of [...this.stops].reverse()) this.markStop(pen, stop, colour);
      if (this.me) this.markMe(pen, colour);
      this.measure(pen, colour, height);
    }

    trace(pen, all) {
      pen.beginPath();
      for (const line of all) {
        line.forEach((point, at) => {
          const [x, y] = this.pixels(point);
          if (at) pen.lineTo(x, y);
          else pen.moveTo(x, y);
        });
      }
    }

    stroke(pen, all, colour, width, dash = []) {
      if (!all.length) return;
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.setLineDash(dash);
      this.trace(pen, all);
      pen.stroke();
      pen.setLineDash([]);
    }

    write(pen, text, x, y, colours) {
      pen.lineWidth = 3.5;
      pen.strokeStyle = colours[1];
      pen.strokeText(text, x, y);
      pen.fillStyle = colours[0];
      pen.fillText(text, x, y);
    }

    names(pen, colour) {
      pen.font = "600 13px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      const taken = [];
      for (const { at, name } of this.labels) {
        const [x, y] = this.pixels(at);
        const half = pen.measureText(name).width / 2 + 6;
        const box = [x - half, y - 10, x + half, y + 10];
        if (
          taken.some(
            (other) =>
              box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3],
          )
        )
          continue;
        taken.push(box);
        this.write(pen, name, x, y, [colour("name"), colour("land")]);
      }
    }

    markOffice(pen, colour) {
      const [x, y] = this.pixels(this.office);
      pen.fillStyle = colour("halo");
      pen.strokeStyle = colour("ink");
      pen.lineWidth = 2;
      pen.beginPath();
      pen.roundRect(x - 13, y - 13, 26, 26, 5);
      pen.fill();
      pen.stroke();
      pen.beginPath();
      pen.moveTo(x - 7, y);
      pen.lineTo(x, y - 7);
      pen.lineTo(x + 7, y);
      pen.rect(x - 4.5, y, 9, 7);
      pen.stroke();
    }

    // A diamond for an urgent stop, a ring around the next one, paler where it is recorded.
    markStop(pen, stop, colour) {
      const [x, y] = this.pixels(stop.place);
      const state = this.state.get(stop.number) || "";
      pen.beginPath();
      if (stop.urgent) {
        pen.moveTo(x, y - MARK * 1.35);
        for (const [dx, dy] of [
          [1.35, 0],
          [0, 1.35],
          [-1.35, 0],
        ])
          pen.lineTo(x + dx * MARK, y + dy * MARK);
        pen.closePath();
      } else {
        pen.arc(x, y, state === "next" ? MARK * 1.25 : MARK, 0, 2 * Math.PI);
      }
      pen.fillStyle = colour(state === "done" ? "done" : state === "next" ? "next" : "stop");
      pen.strokeStyle = colour("halo");
      pen.lineWidth = state === "next" ? 4 : 2.5;
      pen.fill();
      pen.stroke();
      pen.fillStyle = "#fff";
      pen.font = "700 14px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(String(stop.number), x, y + 0.5);
    }

    markMe(pen, colour) {
      const [x, y] = this.pixels(this.me.at);
      pen.globalAlpha = 0.18;
      pen.fillStyle = colour("me");
      pen.beginPath();
      pen.arc(x, y, Math.max(12, this.me.accuracy * this.scale), 0, 2 * Math.PI);
      pen.fill();
      pen.globalAlpha = 1;
      pen.beginPath();
      pen.arc(x, y, 8, 0, 2 * Math.PI);
      pen.fill();
      pen.strokeStyle = "#fff";
      pen.lineWidth = 3;
      pen.stroke();
    }

    // A bar of a round length.
    measure(pen, colour, height) {
      const most = 110 / this.scale;
      const power = 10 ** Math.floor(Math.log10(most));
      const metres = Math.max(
        ...[1, 2, 5].map((step) => step * power).filter((each) => each <= most),
      );
      const length = metres * this.scale,
        y = height - 12;
      pen.strokeStyle = colour("land");
      pen.lineWidth = 5;
      for (const [ink, wide] of [
        [colour("land"), 5],
        [colour("ink"), 2],
      ]) {
        pen.strokeStyle = ink;
        pen.lineWidth = wide;
        pen.beginPath();
        pen.moveTo(12, y - 6);
        pen.lineTo(12, y);
        pen.lineTo(12 + length, y);
        pen.lineTo(12 + length, y - 6);
        pen.stroke();
      }
      pen.font = "12px system-ui, sans-serif";
      pen.textAlign = "left";
      pen.textBaseline = "bottom";
      const said = metres < 1000 ? `${metres} m` : `${metres / 1000} km`;
      this.write(pen, said, 18, y - 2, [colour("ink"), colour("land")]);
    }
  }

  self.outreach.RouteMap = RouteMap;
})();
