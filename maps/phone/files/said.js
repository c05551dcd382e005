// What the page is made of: elements, and words, times and numbers in the reader's language.
// Text is set as text, never as markup.
"use strict";

self.outreach = self.outreach || {};

(() => {
  const ICONS = {
    stops: "M4 6h2M4 12h2M4 18h2M9 6h11M9 12h11M9 18h11",
    map: "M9 4 3 6v14l6-2 6 2 6-2V4l-6 2-6-2zM9 4v14M15 6v14",
    more: "M4 7h16M4 12h16M4 17h16",
    call: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2z",
    go: "M3 11 21 3l-8 18-2-8z",
    done: "M5 12l5 5 9-10",
    warn: "M12 4 2 20h20zM12 10v4M12 17v.5",
    here: "M12 3v3M12 18v3M3 12h3M18 12h3M12 12m-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0",
    plus: "M12 5v14M5 12h14",
    minus: "M5 12h14",
    whole: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  };

  // All languages as words.json has them, the one chosen, and what is said in it.
  const spoken = {
    words: {},
    language: "bg",
    say: {},
    choose(language) {
      spoken.language = language;
      spoken.say = spoken.words[language];
      document.documentElement.lang = language;
    },
  };

  // --- making elements ------------------------------------------------------------------------

  function el(tag, props, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(props || {})) {
      if (name === "on")
        for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value != null) made.setAttribute(name, value);
    }
    made.append(...children.flat().filter((each) => each != null && each !== false && each !== ""));
    return made;
  }

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  const button = (said, act, props) =>
    el("button", { type: "button", ...props, on: { click: act } }, said);

  // --- saying things --------------------------------------------------------------------------

  const fill = (said, values) =>
    said.replace(/\{(\w+)\}/g, (gap, name) => (name in values ? String(values[name]) : gap));

  function count(forms, number) {
    const at =
      spoken.language === "ru"
        ? ({ one: 0, few: 1 }[new Intl.PluralRules("ru").select(number)] ?? 2)
        : Number(number !== 1) * 2;
    return fill(forms[at], { count: number });
  }

  const pad = (number) => String(number).padStart(2, "0");
  const clock = (seconds) =>
    `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}`;

  function date(iso) {
    const [year, month, date_] = iso.split("-").map(Number);
    const weekday = (new Date(year, month - 1, date_).getDay() + 6) % 7;
    return `${spoken.say.weekdays[weekday]}, ${pad(date_)}.${pad(month)}.${year}`;
  }

  const shortDate = (iso) => {
    const [year, month, on] = iso.split("-");
    return `${on}.${month}.${year}`;
  };
  const timeOf = (moment) => {
    const at = new Date(moment);
    return `${pad(at.getHours())}:${pad(at.getMinutes())}`;
  };

  function distance(metres) {
    if (metres < 950) return fill(spoken.say.metres, { metres: Math.round(metres) });
    return fill(spoken.say.kilometres, {
      kilometres: (metres / 1000).toFixed(1).replace(".", spoken.say.decimal),
    });
  }

  const known = (names) => (code) => names[code] || code;

  function kitsSaid(kits, types) {
    const listed = types.map(([type, number]) => `${number} ${type}`).join(", ");
    return count(spoken.say.kit, kits) + (listed ? ` (${listed})` : "");
  }

  function windowSaid([opens, closes, weekdays]) {
    // A window that is cut off before the next part of the day ends a second before it.
    const [start, end] = [clock(opens), clock(closes + (closes % 60 === 59 ? 1 : 0))];
    let hours = `${start}–${end}`;
    if (end === "24:00" && opens) hours = fill(spoken.say.from, { time: start });
    else if (!opens && end !== "24:00") hours = fill(spoken.say.until, { time: end });
    return weekdays.length === 7
      ? hours
      : `${weekdays.map((each) => spoken.say.weekdaysShort[each]).join(", ")} ${hours}`;
  }

  const unitSaid = (unit) =>
    ["entrance", "floor", "flat"]
      .map((name, at) => unit[at] && fill(spoken.say[name], { value: unit[at] }))
      .filter(Boolean)
      .join(", ");

  function notesOf(stop) {
    const said = [];
    if (stop.children) said.push(count(spoken.say.child, stop.children));
    if (stop.kits) said.push(kitsSaid(stop.kits, stop.kitTypes));
    if (stop.requires.length) {
      said.push(
        fill(spoken.say.mustBeThere, {
          who: stop.requires.map(known(spoken.say.institutions)).join(", "),
        }),
      );
    }
    if (stop.languages.length) {
      said.push(
        fill(spoken.say.spoken, {
          languages: stop.languages.map(known(spoken.say.languages)).join(", "),
        }),
      );
    }
    if (stop.sexes.includes("female")) said.push(spoken.say.woman);
    if (stop.sexes.includes("male")) said.push(spoken.say.man);
    if (stop.together) said.push(fill(spoken.say.together, { time: clock(stop.start) }));
    if (stop.windows.length)
      said.push(fill(spoken.say.atHome, { hours: stop.windows.map(windowSaid).join("; ") }));
    if (stop.rough) said.push(spoken.say.rough);
    if (stop.straight) said.push(spoken.say.straight);
    if (stop.called) {
      const [answer, on] = stop.called;
      said.push(
        fill(spoken.say.byPhone, { answer: spoken.say.answers[answer], date: shortDate(on) }),
      );
    }
    if (stop.before) {
      said.push(
        fill(spoken.say.lastTime, {
          result: spoken.say.results[stop.before[0]],
          date: shortDate(stop.before[1]),
        }),
      );
    }
    return said;
  }

  Object.assign(self.outreach, {
    spoken,
    el,
    icon,
    button,
    fill,
    count,
    clock,
    date,
    timeOf,
    distance,
    kitsSaid,
    unitSaid,
    notesOf,
  });
})();
