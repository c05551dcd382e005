// The page: the day's stops in order, the map, and what was found at each door. Everything it shows
// is set as text, never as markup.
"use strict";

(() => {
  const { store, ask, send, waits, RouteMap, UNDO_MS } = self.outreach;
  const { spoken, el, icon, button, fill, count, clock, date, timeOf, distance } = self.outreach;
  const { kitsSaid, unitSaid, notesOf } = self.outreach;
  const $ = (id) => document.getElementById(id);
  const LOOK_AGAIN_MS = 180000;
  const MINUTE_MS = 60000;
  const WAIT_MS = [5000, 10000, 20000, 40000, 80000, 160000, 300000];

  let say = {}; // what is said in the language chosen
  let day = null; // as the office sent it; null where there is none
  let records = []; // what was typed on this phone, in its order
  let phone = ""; // which phone this is
  let map = null;
  let view = "stops";
  let notice = ""; // why there is no day
  let problem = ""; // what is told above the stops
  let watching = null; // the watch on this phone's position
  let sending = false;
  let unreached = false; // the office did not answer the last time
  let failures = 0;
  let timer = 0;
  let looked = 0; // when the day was asked for last
  const open = new Set(); // stops that are spread out

  // --- what is known of a stop ----------------------------------------------------------------

  const ofDay = () => records.filter((each) => day && each.day === day.name);
  const mine = (stop) =>
    ofDay()
      .filter((each) => each.stop === stop.id)
      .at(-1);
  const others = (stop) => stop.said.filter((each) => each.phone !== phone);
  // What the office knows of this phone where the phone itself knows nothing any more.
  const own = (stop) => stop.said.find((each) => each.phone === phone);
  const isDone = (stop) => Boolean(mine(stop) || stop.said.length);

  function resultOf(stop) {
    const here = mine(stop);
    const last = stop.said.at(-1);
    if (!here) return last && last.result;
    const later = last && last.phone !== phone && Date.parse(last.at) > here.typed;
    return later ? last.result : here.result;
  }

  function disagrees(stop) {
    const here = mine(stop) || own(stop);
    return Boolean(here) && others(stop).some((each) => each.result !== here.result);
  }

  const next = () => day.stops.find((stop) => !isDone(stop));

  // --- drawing the page -----------------------------------------------------------------------

  function draw() {
    say = spoken.say;
    document.title = say.title;
    const focused = document.activeElement && document.activeElement.id;
    drawHead();
    drawTabs();
    const main = $("main");
    if (!day) main.replaceChildren(...drawNothing());
    else if (view === "map") drawMap(main);
    else main.replaceChildren(...(view === "stops" ? drawStops() : drawMore()));
    main.dataset.view = day ? view : "none";
    if (focused && $(focused)) $(focused).focus({ preventScroll: true });
  }

  function drawHead() {
    $("head").hidden = !day;
    if (!day) {
      $("head").replaceChildren();
      return;
    }
    const done = day.stops.filter(isDone).length,
      all = day.stops.length;
    const bar = el("progress", { max: all, value: done, "aria-labelledby": "progress" });
    $("head").replaceChildren(
      el("h1", {}, day.team),
      el("p", { class: "when" }, `${date(day.day)} · ${clock(day.leave)}–${clock(day.back)}`),
      el(
        "div",
        { class: "progress" },
        bar,
        el("span", { id: "progress" }, fill(say.progress, { done, count: all })),
      ),
      el("p", { class: `state ${stateName()}`, id: "state" }, stateSaid()),
    );
  }

  const waiting = () => records.filter(waits).length;

  function stateName() {
    if (!navigator.onLine || unreached) return "offline";
    return waiting() ? "waiting" : "sent";
  }

  function stateSaid() {
    const left = waiting() ? ` · ${count(say.waiting, waiting())}` : "";
    if (!navigator.onLine) return say.offline + left;
    if (unreached) return say.notReached + left;
    if (sending) return say.sending;
    return waiting() ? count(say.waiting, waiting()) : say.online;
  }

  function drawTabs() {
    $("tabs").hidden = !day;
    if (!day) return;
    $("tabs").setAttribute("aria-label", say.title);
    $("tabs").replaceChildren(
      ...["stops", "map", "more"].map((name) =>
        button(
          [icon(name), el("span", {}, say[name])],
          () => {
            view = name;
            draw();
            window.scrollTo(0, 0);
          },
          { id: `tab-${name}`, "aria-current": view === name ? "page" : false },
        ),
      ),
    );
  }

  function drawStops() {
    const first = next();
    const made = [];
    if (problem) made.push(el("p", { class: "notice warn", role: "alert" }, problem));
    if (day.invented) made.push(el("p", { class: "notice" }, say.sample));
    if (day.kits) {
      made.push(
        el("p", { class: "load" }, fill(say.toLoad, { kits: kitsSaid(day.kits, day.kitTypes) })),
      );
    }
    if (!first) made.push(el("p", { class: "notice good" }, icon("done"), say.allDone));
    let paused = day.pause == null;
    const list = el("ol", { class: "stops" });
    for (const stop of day.stops) {
      if (!paused && day.pause <= stop.start) {
        list.append(el("li", { class: "pause" }, fill(say.pause, { time: clock(day.pause) })));
        paused = true;
      }
      list.append(drawStop(stop, stop === first));
    }
    if (!paused)
      list.append(el("li", { class: "pause" }, fill(say.pause, { time: clock(day.pause) })));
    made.push(
      list,
      el(
        "p",
        { class: "pause" },
        `${fill(say.back, { time: clock(day.back) })} · ${distance(day.metres)}`,
      ),
    );
    const gone = ofDay().filter((each) => !day.stops.some((stop) => stop.id === each.stop));
    if (gone.length) made.push(el("section", {}, el("h2", {}, say.offRoute), drawRecords(gone)));
    made.push(el("p", { class: "small" }, say.confidential, " ", day.attribution));
    return made;
  }

  function drawStop(stop, isNext) {
    const spread = isNext || open.has(stop.id);
    const result = resultOf(stop);
    const place = stop.address || stop.settlement;
    const kind = ["stop", isNext && "next", result && "done", stop.urgent && "urgent"]
      .filter(Boolean)
      .join(" ");
    const head = el(
      "button",
      {
        type: "button",
        class: "head",
        id: `stop-${stop.number}`,
        "aria-expanded": String(spread),
        disabled: isNext,
        on: {
          click: () => {
            if (!open.delete(stop.id)) open.add(stop.id);
            draw();
          },
        },
      },
      el("span", { class: "number" }, String(stop.number)),
      el(
        "span",
        { class: "what" },
        isNext && el("span", { class: "label" }, say.nextStop),
        el(
          "span",
          { class: "time" },
          clock(stop.start),
          stop.hazard && el("strong", { class: "badge red" }, icon("warn"), say.hazards),
          stop.urgent && el("strong", { class: "badge red" }, say.urgent),
          result && el("strong", { class: "badge" }, icon("done"), say.results[result]),
        ),
        el("span", { class: "place" }, place),
        el("span", { class: "unit" }, unitSaid(stop.unit)),
      ),
    );
    return el("li", { class: kind, "data-number": stop.number }, head, spread && drawBody(stop));
  }

  function drawBody(stop) {
    const body = el("div", { class: "body" });
    if (stop.hazard) {
      const said = fill(say.beware, { hazard: stop.hazard });
      body.append(el("p", { class: "notice warn" }, icon("warn"), said));
    }
    if (stop.address && !stop.address.includes(stop.settlement))
      body.append(el("p", {}, stop.settlement));
    if (stop.unsafe) body.append(el("p", { class: "notice warn" }, icon("warn"), say.unsafeBefore));
    if (stop.sensitive) body.append(el("p", { class: "notice" }, say.sensitive));
    const notes = notesOf(stop);
    if (notes.length)
      body.append(
        el(
          "ul",
          { class: "notes" },
          notes.map((each) => el("li", {}, each)),
        ),
      );
    if (stop.cases.length)
      body.append(el("p", { class: "small" }, fill(say.case, { ids: stop.cases.join(", ") })));
    body.append(
      el(
        "div",
        { class: "acts" },
        button([icon("go"), say.navigate], () => askWay(stop), { id: `go-${stop.number}` }),
        button(
          [icon("map"), say.onTheMap],
          () => {
            view = "map";
            draw();
            map.showStop(stop.number);
          },
          { id: `map-${stop.number}` },
        ),
        (stop.phones || []).map((number, at) =>
          el(
            "a",
            {
              class: "button",
              id: `call-${stop.number}-${at}`,
              href: `tel:${number.replace(/[^\d+]/g, "")}`,
            },
            icon("call"),
            `${say.call} ${number}`,
          ),
        ),
      ),
    );
    body.append(...drawSaid(stop));
    body.append(
      button(mine(stop) || own(stop) ? say.correct : say.record, () => askOutcome(stop), {
        class: "main",
        id: `record-${stop.number}`,
      }),
    );
    return body;
  }

  function drawSaid(stop) {
    const made = [];
    if (disagrees(stop)) made.push(el("p", { class: "notice warn" }, icon("warn"), say.disagree));
    for (const each of others(stop)) {
      made.push(
        el(
          "p",
          { class: "small" },
          fill(say.otherPhone, {
            result: say.results[each.result],
            time: timeOf(each.at),
          }),
        ),
      );
    }
    const here = mine(stop);
    if (here) made.push(drawRecords([here]));
    return made;
  }

  const STATE_WORDS = {
    waiting: "stateWaiting",
    sent: "stateSent",
    offRoute: "stateOffRoute",
    refused: "stateRefused",
  };

  function drawRecords(shown, plain) {
    return el(
      "ul",
      { class: "records" },
      shown.map((each) =>
        el(
          "li",
          { class: each.state },
          el(
            "span",
            {},
            plain || !day || !day.stops.some((stop) => stop.id === each.stop)
              ? `${fill(say.stopNumber, { number: each.number })}: `
              : "",
            [
              say.results[each.result],
              each.nextStep && say.nextSteps[each.nextStep],
              each.kits ? count(say.kit, each.kits) : "",
              each.note,
            ]
              .filter(Boolean)
              .join(" · "),
            ` (${timeOf(each.typed)}, ${say[STATE_WORDS[each.state]]})`,
          ),
          !plain &&
            waits(each) &&
            !each.tried &&
            button(say.undo, () => takeBack(each), { id: `undo-${each.number}` }),
        ),
      ),
    );
  }

  function drawMap(main) {
    if (!main.querySelector("canvas")) {
      const canvas = el("canvas", { role: "img", tabindex: "0", "aria-label": say.mapOfTheRoute });
      main.replaceChildren(
        canvas,
        el(
          "div",
          { class: "tools" },
          button(icon("plus"), () => map.zoom(1.6), { "aria-label": say.zoomIn }),
          button(icon("minus"), () => map.zoom(1 / 1.6), { "aria-label": say.zoomOut }),
          button(icon("whole"), () => map.whole(), { "aria-label": say.wholeRoute }),
          button(icon("here"), watchMe, { "aria-label": say.myPosition, id: "here" }),
        ),
        el("p", { class: "attribution" }, day.attribution),
      );
      map = new RouteMap(canvas, day, (number) => {
        view = "stops";
        open.add(day.stops[number - 1].id);
        draw();
        $(`stop-${number}`).scrollIntoView({ block: "center" });
      });
    }
    const first = next();
    map.state = new Map(
      day.stops.map((stop) => [stop.number, stop === first ? "next" : isDone(stop) ? "done" : ""]),
    );
    map.draw();
  }

  function drawMore() {
    const left = waiting();
    const made = [el("h2", {}, say.languageSwitch), drawLanguages()];
    const old = records.filter((each) => each.state !== "sent");
    if (left) made.push(el("h2", {}, count(say.waiting, left)));
    if (old.length) made.push(drawRecords(old, true));
    made.push(
      el(
        "div",
        { class: "column" },
        button(say.refresh, async () => tell((await look()) ? say.refreshed : say.notReached), {
          id: "refresh",
        }),
        button(say.finish, left ? () => tell(say.finishFirst) : askFinish, { id: "finish" }),
      ),
    );
    made.push(
      el("p", { class: "small" }, say.positionStays),
      el("p", { class: "small" }, say.confidential),
    );
    return made;
  }

  function drawLanguages() {
    return el(
      "div",
      { class: "languages", role: "group", "aria-label": say.languageSwitch },
      Object.entries(spoken.words).map(([code, each]) =>
        button(
          each.language,
          () => {
            spoken.choose(code);
            localStorage.setItem("language", code);
            $("main").replaceChildren();
            draw();
          },
          { lang: code, id: `language-${code}`, "aria-pressed": String(code === spoken.language) },
        ),
      ),
    );
  }

  // Where there is no day: why, what could not be sent, and how to go on.
  function drawNothing() {
    const made = [
      el("h1", {}, say.title),
      el("p", { class: "notice", id: "notice" }, notice || say.noLink),
    ];
    const stuck = records.filter((each) => each.state === "waiting" || each.state === "refused");
    if (stuck.length) {
      made.push(
        el("h2", {}, say.unsent),
        drawRecords(stuck, true),
        button(
          say.remove,
          async () => {
            await wipe();
            draw();
          },
          { id: "remove" },
        ),
      );
    }
    made.push(drawLanguages());
    return made;
  }

  let telling = 0;
  function tell(said, ...acts) {
    clearTimeout(telling);
    $("told").replaceChildren(el("span", {}, said), ...acts);
    telling = setTimeout(() => $("told").replaceChildren(), UNDO_MS);
  }

  // --- asking ---------------------------------------------------------------------------------

  function show(title, ...children) {
    const dialog = $("dialog");
    dialog.setAttribute("aria-labelledby", "dialog-title");
    dialog.replaceChildren(el("h2", { id: "dialog-title" }, title), ...children);
    dialog.showModal();
    dialog.scrollTop = 0;
  }

  const shut = () => $("dialog").close();

  function askWay(stop) {
    const [lon, lat] = stop.at;
    const at = `${lat},${lon}`;
    const ways = [[say.phoneMap, `geo:${at}?q=${at}`]];
    // Only the phone itself learns where a sensitive visit is.
    if (!stop.sensitive) {
      ways.push(
        ["Google Maps", `https://www.google.com/maps/dir/?api=1&destination=${at}`],
        ["OsmAnd", `https://osmand.net/map/?pin=${at}#17/${lat}/${lon}`],
        ["Waze", `https://waze.com/ul?ll=${at}&navigate=yes`],
      );
    }
    show(
      say.navigate,
      el(
        "div",
        { class: "column" },
        ways.map(([name, href]) =>
          el(
            "a",
            {
              class: "button",
              href,
              target: href.startsWith("https") ? "_blank" : null,
              rel: "noopener noreferrer",
              on: { click: shut },
            },
            name,
          ),
        ),
      ),
      el("p", { class: "small" }, say.navigateNote),
      button(say.cancel, shut),
    );
  }

  function askOutcome(stop) {
    const before = mine(stop);
    const chosen = before || { result: "", nextStep: "", note: "", kits: 0 };
    let kits = chosen.kits;
    const results = Object.entries(say.results).map(([code, said]) =>
      el(
        "label",
        { class: "choice" },
        el("input", {
          type: "radio",
          name: "result",
          value: code,
          checked: code === chosen.result,
        }),
        el("span", {}, said),
      ),
    );
    const steps = el(
      "select",
      { name: "nextStep", id: "next-step" },
      Object.entries(say.nextSteps).map(([code, said]) =>
        el("option", { value: code, selected: code === chosen.nextStep }, said),
      ),
    );
    const note = el("textarea", { name: "note", id: "note", maxlength: 500, rows: 2 });
    note.value = chosen.note;
    const number = el("output", { "aria-live": "polite" }, String(kits));
    const step = (by) => () => {
      kits = Math.min(stop.kits, Math.max(0, kits + by));
      number.value = String(kits);
    };
    const fault = el("p", { class: "fault", role: "alert" });
    const form = el(
      "form",
      {
        on: {
          submit: async (event) => {
            event.preventDefault();
            const typed = new FormData(form);
            if (!typed.get("result")) {
              fault.textContent = say.chooseFirst;
              return;
            }
            shut();
            await record(
              stop,
              {
                result: typed.get("result"),
                nextStep: typed.get("nextStep"),
                note: typed.get("note").trim(),
                kits,
              },
              before,
            );
          },
        },
      },
      el("fieldset", {}, el("legend", {}, say.found), results),
      el("label", { for: "next-step" }, say.next),
      steps,
      el("label", { for: "note" }, say.note),
      note,
      stop.kits > 0 &&
        el(
          "div",
          { class: "stepper", role: "group", "aria-label": say.kitsHanded },
          el("span", {}, say.kitsHanded),
          button(icon("minus"), step(-1), { "aria-label": say.fewer }),
          number,
          button(icon("plus"), step(1), { "aria-label": say.oneMore, id: "more-kits" }),
        ),
      fault,
      el(
        "div",
        { class: "acts end" },
        button(say.cancel, shut),
        el("button", { type: "submit", class: "main", id: "save" }, say.save),
      ),
    );
    show(`${stop.number}. ${stop.address || stop.settlement}`, form);
  }

  function askFinish() {
    const stuck = records.filter((each) => each.state === "refused");
    show(
      say.finish,
      el("p", {}, stuck.length ? say.unsent : say.finishAsk),
      drawRecords(stuck, true),
      el(
        "div",
        { class: "acts end" },
        button(say.cancel, shut),
        button(
          say.finish,
          async () => {
            shut();
            notice = say.finished;
            await wipe();
            draw();
          },
          { class: "main", id: "finish-now" },
        ),
      ),
    );
  }

  function watchMe() {
    if (watching !== null || !navigator.geolocation) {
      if (map.me) map.showMe();
      return;
    }
    let first = true;
    watching = navigator.geolocation.watchPosition(
      ({ coords }) => {
        if (map) map.locate([coords.longitude, coords.latitude], coords.accuracy, first);
        first = false;
      },
      () => {
        navigator.geolocation.clearWatch(watching);
        watching = null;
        tell(say.noPosition);
      },
      { enableHighAccuracy: true, maximumAge: 10000 },
    );
    tell(say.positionStays);
  }

  // --- recording and sending ------------------------------------------------------------------

  async function record(stop, typed, corrected) {
    const made = {
      ...typed,
      key: `${phone}.${store.random(12)}`,
      door: stop.door,
      stop: stop.id,
      number: stop.number,
      day: day.name,
      link: day.link,
      typed: Date.now(),
      after: Date.now() + UNDO_MS,
      state: "waiting",
    };
    await store.keepRecord(made, corrected && corrected.key);
    open.delete(stop.id);
    await readRecords();
    draw();
    tell(
      say.saved,
      button(say.undo, () => takeBack(made), { id: "undo" }),
    );
    sendIn(UNDO_MS + 100);
    await sendLater();
    return made;
  }

  async function takeBack(one) {
    const back = await store.takeBack(one.key);
    await readRecords();
    draw();
    tell(back ? say.undone : say.stateSent);
  }

  // Asks the browser to send even after the page was closed, where it can.
  async function sendLater() {
    try {
      await (await navigator.serviceWorker.ready).sync.register("reports");
    } catch {
      // Not every browser has it: the page itself sends when it is open.
    }
  }

  const readRecords = async () => {
    records = await store.records();
  };

  function sendIn(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(sendNow, milliseconds);
  }

  async function sendNow() {
    clearTimeout(timer);
    if (!waiting() || !navigator.onLine) return draw();
    sending = true;
    draw();
    const told = await send();
    sending = false;
    unreached = told.unreached;
    await readRecords();
    if (told.refused) return refuse(told.refused, day && day.link, true);
    if (told.left) sendIn(unreached ? WAIT_MS[Math.min(failures++, WAIT_MS.length - 1)] : UNDO_MS);
    else failures = 0;
    if (!day && !told.left) await wipeUnlessStuck();
    return draw();
  }

  // --- opening and ending the day -------------------------------------------------------------

  // Asks for the day again; false where the office was not reached.
  async function look() {
    if (!day) return false;
    looked = Date.now();
    return openDay(day.link);
  }

  async function openDay(link) {
    const { status, said } = await ask("day", { link });
    if (status === 403 && said.why) {
      await refuse(said.why, link);
      return true;
    }
    if (status !== 200) {
      unreached = true;
      if (!day) notice = say.notReached;
      draw();
      return false;
    }
    unreached = false;
    if (said.why) {
      if (!day || day.link === link) await forget(say.noRoute);
      draw();
      return true;
    }
    const changed = day && day.name === said.name && shape(day) !== shape(said);
    if (day && day.name !== said.name) open.clear();
    day = { ...said, link, ends: Date.now() + said.left * 1000 };
    notice = "";
    problem = changed ? say.changed : problem;
    await store.keepDay(day);
    await dropSentOfOtherDays();
    if (map) {
      map.read(day);
      map.draw();
    }
    draw();
    return true;
  }

  const shape = (one) => JSON.stringify(one.stops.map((stop) => [stop.id, stop.start]));

  async function dropSentOfOtherDays() {
    for (const each of records) {
      if (each.day !== day.name && !waits(each) && each.state !== "refused")
        await store.forgetRecord(each.key);
    }
    await readRecords();
  }

  // The office lets this link in no more. What is not sent stays until somebody has seen it.
  async function refuse(why, link, whileSending) {
    const said =
      { early: say.linkEarly, expired: say.linkExpired, revoked: say.linkRevoked }[why] ||
      say.linkUnknown;
    if (day && link !== day.link) {
      tell(said);
      return draw();
    }
    await forget(said);
    // A day that is over opens no more, and what was typed on it may still be sent.
    if (why === "expired" && !whileSending && waiting()) await sendNow();
    return draw();
  }

  async function forget(said) {
    notice = said;
    day = map = null;
    shut();
    stopWatching();
    await store.forgetDay();
    await wipeUnlessStuck();
  }

  async function wipeUnlessStuck() {
    await readRecords();
    if (records.every((each) => each.state === "sent" || each.state === "offRoute")) await wipe();
  }

  async function wipe() {
    stopWatching();
    await store.wipe();
    day = map = null;
    records = [];
    open.clear();
  }

  function stopWatching() {
    if (watching !== null) navigator.geolocation.clearWatch(watching);
    watching = null;
  }

  async function everyMinute() {
    if (day && Date.now() >= day.ends) await refuse("expired", day.link);
    else if (day && navigator.onLine && !document.hidden && Date.now() - looked > LOOK_AGAIN_MS)
      await look();
  }

  // --- starting -------------------------------------------------------------------------------

  function chooseLanguage() {
    const wanted = [
      localStorage.getItem("language"),
      ...navigator.languages.map((each) => each.slice(0, 2)),
    ];
    spoken.choose(wanted.find((code) => code in spoken.words) || "bg");
    say = spoken.say;
  }

  async function installed() {
    if (!("serviceWorker" in navigator)) return;
    const policy = self.trustedTypes
      ? self.trustedTypes.createPolicy("outreach", { createScriptURL: () => "worker.js" })
      : null;
    await navigator.serviceWorker.register(policy ? policy.createScriptURL("") : "worker.js");
    // The worker sends as well, and may reach the office where the page did not a moment ago.
    navigator.serviceWorker.addEventListener("message", async (told) => {
      unreached = told.data.unreached;
      await readRecords();
      draw();
    });
  }

  // The link stands behind the `#`, and is taken out of the address as soon as it was used.
  async function openGiven() {
    const link = location.hash.slice(1);
    if (!link) return;
    phone = await store.phone();
    if (await openDay(link)) history.replaceState(null, "", location.pathname);
  }

  async function start() {
    spoken.words = await (await fetch("words.json")).json();
    chooseLanguage();
    if (!self.isSecureContext || !self.crypto.subtle || !self.indexedDB) {
      notice = say.needsHttps;
      return draw();
    }
    day = await store.day();
    await readRecords();
    if (day) phone = await store.phone();
    if (day && Date.now() >= day.ends) await refuse("expired", day.link);
    if (day) draw();
    if (location.hash.length > 1) await openGiven();
    else if (day && navigator.onLine) await look();
    draw();
    document.documentElement.dataset.ready = "yes";
    addEventListener("hashchange", openGiven);
    $("dialog").addEventListener("close", () => $("dialog").replaceChildren());
    addEventListener("online", async () => {
      failures = 0;
      if (location.hash.length > 1) await openGiven();
      await sendNow();
      await look();
    });
    addEventListener("offline", draw);
    document.addEventListener("visibilitychange", async () => {
      if (document.hidden) return;
      await sendNow();
      await everyMinute();
    });
    setInterval(everyMinute, MINUTE_MS);
    await sendNow();
    await installed();
    if (navigator.storage && navigator.storage.persist) await navigator.storage.persist();
    return undefined;
  }

  start().catch(() => {
    // A browser that keeps nothing, most often a private window: without that nothing is safe here.
    notice = say.needsStorage || "";
    day = null;
    draw();
  });
})();
