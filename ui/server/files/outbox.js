// The service sheets that wait to be sent: kept in this browser, sent from whatever page is open, each stored once (its key).
"use strict";

(() => {
  const PREFIX = "antigaspi.outbox.";
  const ADDRESS = "/antigaspi/sheet";
  const FIRST_PAUSE = 2000, LONGEST_PAUSE = 30000, TIMEOUT = 20000;
  let pause = FIRST_PAUSE, timer = 0, busy = false, again = false;

  const BUSY = "Le serveur est occupé\u00a0: nouvel essai dans un instant.";
  const SIGNED_OUT = "Reconnectez-vous\u00a0: la saisie partira ensuite.";
  const NEVER = [400, 404, 413, 415, 422];  // the same sheet would always be answered so

  // Why a sheet waits although the server answered; any other error is the network's.
  class Waits extends Error {
    constructor(status, told) { super(told.message || ([401, 403].includes(status) ? SIGNED_OUT : BUSY)); }
  }

  function read(name) {
    try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
  }

  // One entry a sheet, so that two tabs never write the same one; the oldest first: it was typed before the next.
  function all(person) {
    const items = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).map(read).filter(Boolean);
    return items.filter((item) => !person || item.person === person).sort((one, other) => one.at - other.at);
  }

  function put(item) { localStorage.setItem(PREFIX + item.key, JSON.stringify(item)); }

  function drop(key) { localStorage.removeItem(PREFIX + key); }

  function tell(item, state, answer) {
    window.dispatchEvent(new CustomEvent("antigaspi:outbox", { detail: { item, state, answer } }));
  }

  async function ask(path, body) {
    const sent = body ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {};
    const answer = await fetch(ADDRESS + path, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT), ...sent });
    // An answer that was cut in its middle is none: this throws, and the sheet is sent again.
    const isOurs = (answer.headers.get("content-type") || "").startsWith("application/json");
    return { status: answer.status, told: isOurs ? await answer.json() : {} };
  }

  async function sendOne(item) {
    const { status, told } = await ask("", { ...item.sheet, key: item.key, person: item.person });
    const known = read(PREFIX + item.key);
    if (!known) return;
    if (status === 200 && told.state) {
      drop(item.key);
      tell(item, "stored", told);
      return;
    }
    const state = told.state || (NEVER.includes(status) && told.message ? "refused" : "");
    if (!state) throw new Waits(status, told);
    const answer = told.state ? told : { refusals: [{ field: null, reason: told.message }] };
    put({ ...known, state, answer });
    tell(item, state, answer);
  }

  async function sendAll() {
    const { status, told } = await ask("/who");
    if (status !== 200 || !told.person) throw new Waits(status, told);
    let last = null;
    const held = new Set();
    for (const item of all(told.person).filter((each) => each.state === "waiting")) {
      const service = `${item.sheet.canteen}\n${item.sheet.day}`;
      if (held.has(service)) continue;
      // Somebody who signs in meanwhile must not send it: the server refuses, and it waits here.
      try { await sendOne(item); } catch (error) {
        if (!(error instanceof Waits)) throw error;
        last = error;
        held.add(service);  // what was typed over it must not pass before it; the others may
      }
    }
    if (last) throw last;
  }

  // Another tab that sends already has the lock: this one looks again later.
  async function exclusive(work) {
    if (!navigator.locks) return work();
    return navigator.locks.request("antigaspi-outbox", { ifAvailable: true }, (lock) => lock ? work() : later());
  }

  function waiting() { return all().some((item) => item.state === "waiting"); }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }

  async function send() {
    // What is put in the outbox while others are sent must not wait for the next page.
    again = busy;
    if (busy || !waiting()) return;
    clearTimeout(timer);
    timer = 0;
    busy = true;
    try {
      await exclusive(sendAll);
      if (!timer) pause = FIRST_PAUSE;
    } catch (error) {
      const reason = error instanceof Waits ? error.message : "";
      for (const item of all()) if (item.state === "waiting") tell(item, "waiting", { reason });
      later();
    } finally {
      busy = false;
      if (again) send();
    }
  }

  function now() { pause = FIRST_PAUSE; send(); }

  window.antigaspiOutbox = { all, put, drop, ask, send: now };
  window.addEventListener("online", now);
  window.addEventListener("pageshow", now);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) now(); });
  now();
})();
