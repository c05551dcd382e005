// What stays on the phone: the day and the records, each sealed with AES-GCM under a key that the
// browser never hands out. Wiping the key makes what is left of them unreadable. Also runs in the
// service worker. What this protects against, and what not, is in docs/team.md.
"use strict";

self.outreach = self.outreach || {};

(() => {
  let opened = null;

  function database() {
    opened =
      opened ||
      new Promise((done, failed) => {
        const asked = indexedDB.open("outreach", 1);
        asked.onupgradeneeded = () => {
          asked.result.createObjectStore("keys");
          asked.result.createObjectStore("day");
          asked.result.createObjectStore("records");
        };
        asked.onsuccess = () => {
          asked.result.onversionchange = () => {
            asked.result.close();
            opened = null;
          };
          done(asked.result);
        };
        asked.onerror = () => {
          opened = null;
          failed(asked.error);
        };
      });
    return opened;
  }

  // Runs `work` on one store and tells its answer once everything is on the disk.
  async function within(name, mode, work) {
    const db = await database();
    return new Promise((done, failed) => {
      const transaction = db.transaction(name, mode, { durability: "strict" });
      const answer = work(transaction.objectStore(name));
      transaction.oncomplete = () => done(answer.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  }

  async function key() {
    const kept = await within("keys", "readonly", (store) => store.get("day"));
    if (kept) return kept;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    // Two pages may be at it at the same time: the first one's key is the key.
    await within("keys", "readwrite", (store) => {
      const before = store.get("day");
      before.onsuccess = () => {
        if (!before.result) store.put(made, "day");
      };
      return before;
    });
    return within("keys", "readonly", (store) => store.get("day"));
  }

  async function seal(value, where) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(value));
    const additionalData = new TextEncoder().encode(where);
    const data = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData },
      await key(),
      text,
    );
    return { iv, data };
  }

  async function unseal(kept, where) {
    const additionalData = new TextEncoder().encode(where);
    const text = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: kept.iv, additionalData },
      await key(),
      kept.data,
    );
    return JSON.parse(new TextDecoder().decode(text));
  }

  function deleteUntried(records, name) {
    const before = records.get(name);
    before.onsuccess = () => {
      if (before.result && !before.result.tried) records.delete(name);
    };
    return before;
  }

  // Puts a changed row in the place of the one that is there; nothing where there is none.
  const changed = (name, change) =>
    within("records", "readwrite", (records) => {
      const before = records.get(name);
      before.onsuccess = () => {
        if (before.result) records.put(change(before.result), name);
      };
      return before;
    });

  const store = {
    // The day as the office sent it, with the link that opens it; null where there is none.
    async day() {
      const kept = await within("day", "readonly", (each) => each.get("day"));
      if (!kept) return null;
      try {
        return await unseal(kept, "day");
      } catch {
        return null; // its key is gone
      }
    },

    async keepDay(day) {
      const sealed = await seal(day, "day");
      await within("day", "readwrite", (each) => each.put(sealed, "day"));
    },

    forgetDay: () => within("day", "readwrite", (each) => each.delete("day")),

    // Records in the order they were typed.
    async records() {
      const found = [];
      for (const kept of await within("records", "readonly", (each) => each.getAll())) {
        try {
          found.push({ ...(await unseal(kept, kept.key)), tried: kept.tried });
        } catch {
          // Typed under a key that was wiped: nobody can read it any more.
        }
      }
      return found.sort((one, other) => one.typed - other.typed);
    },

    // Keeps a new record; the one that it corrects goes, unless the office may have it already.
    async keepRecord(record, corrected) {
      const row = { key: record.key, tried: false, ...(await seal(record, record.key)) };
      await within("records", "readwrite", (each) => {
        if (corrected) deleteUntried(each, corrected);
        return each.put(row, record.key);
      });
    },

    // Takes a record back; false where the office may have it already.
    async takeBack(name) {
      const before = await within("records", "readwrite", (each) => deleteUntried(each, name));
      return Boolean(before) && !before.tried;
    },

    // Notes that a record is being sent from now on; false where it was taken back.
    async claim(name) {
      return Boolean(await changed(name, (row) => ({ ...row, tried: true })));
    },

    // Notes what became of a record that was sent.
    async settle(record) {
      const sealed = await seal(record, record.key);
      await changed(record.key, (row) => ({ ...row, ...sealed }));
    },

    forgetRecord: (name) => within("records", "readwrite", (each) => each.delete(name)),

    // Which phone this is, for the office to tell two of one team apart. Goes with the key.
    async phone() {
      const kept = await within("keys", "readonly", (each) => each.get("phone"));
      if (kept) return kept;
      await within("keys", "readwrite", (each) => {
        const before = each.get("phone");
        before.onsuccess = () => {
          if (!before.result) each.put(store.random(9), "phone");
        };
        return before;
      });
      return within("keys", "readonly", (each) => each.get("phone"));
    },

    // Everything: first the key, so that a wipe that is cut off leaves nothing readable.
    async wipe() {
      for (const name of ["keys", "day", "records"]) {
        await within(name, "readwrite", (each) => each.clear());
      }
    },

    random(bytes) {
      const drawn = crypto.getRandomValues(new Uint8Array(bytes));
      return btoa(String.fromCharCode(...drawn))
        .replace(/\+/g, "-")
        .replace(/\//g, "_")
        .replace(/=/g, "");
    },
  };

  self.outreach.store = store;
})();
