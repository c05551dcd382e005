// Hands the records to the office, in batches, each with a key of its own: whatever is sent twice
// is kept once. A record leaves the queue only when the office has answered for it. Also runs in
// the service worker, after the page was closed.
"use strict";

(() => {
  const { store } = self.outreach;
  const AT_ONCE = 40;
  const PATIENCE_MS = 30000;
  const UNDO_MS = 6000; // for so long a record may be taken back before it goes out
  const STATES = { kept: "sent", known: "sent", off_route: "offRoute" };

  // Asks the office. Tells {status, said}; status 0 where it was not reached.
  async function ask(what, question) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(what, {
        method: "POST",
        body: JSON.stringify(question),
        cache: "no-store",
        credentials: "omit",
        headers: { "Content-Type": "application/json" },
        signal: late.signal,
      });
      return { status: answer.status, said: await answer.json() };
    } catch {
      return { status: 0, said: {} };
    } finally {
      clearTimeout(timer);
    }
  }

  const waits = (record) => record.state === "waiting";
  const due = (record) => waits(record) && record.after <= Date.now();

  // Sends everything that is due. Tells {left, unreached, refused}: how many records still wait,
  // whether the office could not be reached, and why it refuses the link, if it does.
  async function sendAll() {
    let refused = null,
      unreached = false;
    const day = await store.day();
    for (let rounds = 0; rounds < 100; rounds++) {
      const records = (await store.records()).filter(due);
      if (!records.length) break;
      const link = linkOf(records[0], day);
      const batch = [];
      for (const record of records.filter((each) => linkOf(each, day) === link).slice(0, AT_ONCE)) {
        // From now on it may be at the office: who corrects it makes another one.
        if (record.tried || (await store.claim(record.key))) batch.push(record);
      }
      if (!batch.length) continue;
      const { status, said } = await ask("reports", { link, reports: batch.map(asSent) });
      if (status === 403 && said.why) {
        if (!day || link === day.link) {
          refused = said.why;
          break;
        }
        // Another day's link holds no more: its records wait for a person, and block no other.
        for (const record of batch) await store.settle({ ...record, state: "refused" });
        continue;
      }
      if (status !== 200 || !said.answers) {
        unreached = true;
        break;
      }
      if (!(await settle(batch, said.answers))) {
        unreached = true;
        break;
      }
    }
    const left = (await store.records()).filter(waits).length;
    return { left, unreached, refused };
  }

  // A team's day may have been opened anew by another link.
  const linkOf = (record, day) => (day && day.name === record.day ? day.link : record.link);

  const asSent = (record) => ({
    key: record.key,
    door: record.door,
    result: record.result,
    next_step: record.nextStep,
    note: record.note,
    kits_handed: record.kits,
    seconds_ago: Math.max(0, Math.round((Date.now() - record.typed) / 1000)),
  });

  // Keeps what the office answered; false where it answered for none of the batch.
  async function settle(batch, answers) {
    const taken = new Map(answers.map((each) => [each.key, each]));
    let settled = 0;
    for (const record of batch) {
      const answer = taken.get(record.key);
      if (!answer) continue;
      record.state = STATES[answer.taken] || "refused";
      await store.settle(record);
      settled += 1;
    }
    return settled > 0;
  }

  // One at a time, over all pages and the service worker; a second one waits, then has nothing
  // left. Without locks two may send the same record, and the office keeps it once.
  const send = () =>
    self.navigator.locks ? self.navigator.locks.request("outreach-send", sendAll) : sendAll();

  Object.assign(self.outreach, { ask, send, waits, UNDO_MS });
})();
