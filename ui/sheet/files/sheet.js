// The service sheet: its form lives in the browser, so that it answers at once and goes on without a network.
// Nothing that comes from data is read as HTML: every text is put in as text.

const NUMBERS = ["prevision", "reel"];
const WEIGHTS = ["preparation_kg", "non_servi_kg", "restes_assiette_kg"];
const FIELDS = [...NUMBERS, ...WEIGHTS, "commentaire"];
const TITLES = {
  prevision: "Repas prévus",
  reel: "Repas servis",
  preparation_kg: "Préparation",
  non_servi_kg: "Non servi",
  restes_assiette_kg: "Restes d’assiette",
  commentaire: "Commentaire (aucun nom de personne)",
};
const SHORT = { ...TITLES, commentaire: "Commentaire" };
const MARKS = [
  [1, "Peu aimé", "M8 16.5 Q12 12.5 16 16.5"],
  [2, "Moyen", "M8 15 L16 15"],
  [3, "Bien aimé", "M8 13.5 Q12 18 16 13.5"],
];
const NBSP = "\u00a0";

// ---------------------------------------------------------------- small tools
function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

function face(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of [
    ["circle", { cx: 12, cy: 12, r: 10 }], ["circle", { cx: 8.7, cy: 9.5, r: 1, class: "eye" }],
    ["circle", { cx: 15.3, cy: 9.5, r: 1, class: "eye" }], ["path", { d: path }],
  ]) {
    const part = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    svg.append(part);
  }
  return svg;
}

function dayName(iso, weekday = "long") {
  if (!iso) return "";
  const [year, month, day] = iso.split("-").map(Number);
  const shape = weekday === "long" ? { weekday, day: "numeric", month: "long" } : { weekday, day: "numeric" };
  return new Intl.DateTimeFormat("fr-FR", { ...shape, timeZone: "UTC" }).format(Date.UTC(year, month - 1, day));
}

const isEmpty = (value) => value === null || value === undefined || String(value).trim() === "";
const shown = (value) => isEmpty(value) ? "" : typeof value === "number" ? String(value).replace(".", ",") : String(value);

// What two values are compared as: “3,5” is 3.5. NaN: not a number.
function figure(value) {
  const text = String(value ?? "").replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
  return text === "" ? null : /^\d+(\.\d*)?$/.test(text) || /^\.\d+$/.test(text) ? Number(text) : NaN;
}

function same(name, one, other) {
  if (isEmpty(one) || isEmpty(other)) return isEmpty(one) && isEmpty(other);
  if (name === "commentaire") return String(one).trim().replace(/\s+/g, " ") === String(other).trim().replace(/\s+/g, " ");
  return figure(one) === figure(other);
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const placeOf = (point) => `${point.site}\n${point.kind}`;

// ---------------------------------------------------------------- what is to be checked, never a block
function doubts(typed) {
  const found = {};
  const value = Object.fromEntries(FIELDS.map((name) => [name, figure(typed[name])]));
  for (const name of [...NUMBERS, ...WEIGHTS]) {
    if (Number.isNaN(value[name])) found[name] = "écrivez un nombre, en chiffres";
    else if (NUMBERS.includes(name) && value[name] !== null && !Number.isInteger(value[name])) found[name] = "un nombre de repas est entier";
  }
  const { prevision, reel } = value;
  if (!found.reel && reel > 0 && prevision > 0) {
    if (reel > 2 * prevision) found.reel = `${reel} servis pour ${prevision} prévus, plus du double`;
    else if (reel < 0.3 * prevision) found.reel = `${reel} servis pour ${prevision} prévus, moins du tiers`;
  }
  const weight = WEIGHTS.reduce((sum, name) => sum + (value[name] || 0), 0);
  if (reel > 0 && weight > reel) {
    const heaviest = WEIGHTS.reduce((one, other) => (value[other] || 0) > (value[one] || 0) ? other : one);
    found[heaviest] ??= "plus d’un kilo jeté par repas servi. Est-ce bien en kg ?".replace(" ?", `${NBSP}?`);
  }
  return found;
}

// ---------------------------------------------------------------- the form
class Sheet {
  constructor(root) {
    this.box = h("div", { class: "sheet", lang: "fr" });
    root.append(this.box);
    this.host = root.host ?? root;
    this.app = document.querySelector("[data-testid=stApp]");
    this.watch = new MutationObserver(() => this.stayOpen());
    this.onOutbox = (event) => this.told(event.detail);
    this.onNetwork = () => this.tellState();
    this.onStorage = (event) => { if (event.key?.startsWith("antigaspi.outbox.")) this.changedElsewhere(event); };
  }

  attach() {
    this.watch.observe(this.app, { attributes: true, attributeFilter: ["data-test-connection-state"] });
    this.stayOpen();
    window.addEventListener("antigaspi:outbox", this.onOutbox);
    window.addEventListener("storage", this.onStorage);
    for (const name of ["online", "offline"]) window.addEventListener(name, this.onNetwork);
  }

  detach() {
    this.watch.disconnect();
    window.removeEventListener("antigaspi:outbox", this.onOutbox);
    window.removeEventListener("storage", this.onStorage);
    for (const name of ["online", "offline"]) window.removeEventListener(name, this.onNetwork);
  }

  // Without its server, Streamlit closes the page behind a message. The sheet goes on: it counts as above such messages,
  // and style.css leaves this one out.
  stayOpen() {
    const away = this.app.dataset.testConnectionState !== "CONNECTED";
    this.host.toggleAttribute("data-react-aria-top-layer", away);
    this.host.toggleAttribute("data-goes-on", away);
    if (!away) window.antigaspiOutbox.send();
  }

  // The page was run: its figures are the newest, but for a day that is being typed.
  update({ data, setTriggerValue }) {
    this.trigger = setTriggerValue;
    const other = this.canteen !== data.canteen || this.person !== data.person;
    [this.canteen, this.person, this.label] = [data.canteen, data.person, data.label];
    if (other || !this.sheet) {
      [this.last, this.failure, this.stuck, this.compared] = [null, "", null, null];
      this.begin(data.sheet);
    } else if (this.sheet.day === data.sheet.day && !this.dirty()) this.begin(data.sheet);
  }

  // ------------------------------------------------------------ what is kept in the browser
  get draftName() { return `antigaspi.draft.${this.person}.${this.canteen}.${this.sheet.day}`; }

  draft() {
    try { return JSON.parse(localStorage.getItem(this.draftName)); } catch { return null; }
  }

  keep() {
    const values = Object.fromEntries(this.sheet.points.map((point, n) => [placeOf(point), { typed: this.typed[n], base: this.base[n] }]));
    if (this.dirty()) localStorage.setItem(this.draftName, JSON.stringify({ values, marks: this.marks, weighed: this.weighed }));
    else localStorage.removeItem(this.draftName);
  }

  items() { return window.antigaspiOutbox.all(this.person); }

  ofThisDay(item) { return item.sheet.canteen === this.canteen && item.sheet.day === this.sheet.day; }

  begin(sheet) {
    this.sheet = sheet;
    const waiting = this.items().filter((item) => this.ofThisDay(item) && item.state === "waiting");
    const draft = this.draft();
    this.base = sheet.points.map((point) => {
      const base = { ...point.known };
      // A sheet that waits will be stored before the one typed now.
      for (const item of waiting) {
        const told = item.sheet.points.find((each) => placeOf(each) === placeOf(point));
        for (const name of FIELDS) if (told && !isEmpty(told.typed[name])) base[name] = told.typed[name];
      }
      return draft?.values[placeOf(point)]?.base ?? base;
    });
    this.typed = sheet.points.map((point, n) => draft?.values[placeOf(point)]?.typed ??
      Object.fromEntries(FIELDS.map((name) => [name, shown(this.base[n][name])])));
    this.known = Object.assign({}, sheet.marks, ...waiting.map((item) => item.sheet.marks));
    this.marks = { ...(draft?.marks ?? this.known) };
    const weighings = this.typed.some((typed) => WEIGHTS.some((name) => !isEmpty(typed[name])));
    this.weighed = draft?.weighed ?? (sheet.weighs || weighings);
    this.draw();
  }

  changed(n) { return FIELDS.filter((name) => !isEmpty(this.toSend(n)[name]) && !same(name, this.toSend(n)[name], this.base[n][name])); }

  toSend(n) {
    const typed = this.typed[n];
    return this.weighed ? typed : { ...typed, ...Object.fromEntries(WEIGHTS.map((name) => [name, null])) };
  }

  marksChanged() { return Object.keys(this.marks).some((dish) => this.marks[dish] !== this.known[dish]); }

  dirty() {
    return this.marksChanged() || this.typed.some((typed, n) => FIELDS.some((name) => !same(name, typed[name], this.base[n][name])));
  }

  // ------------------------------------------------------------ acts
  async go(day) {
    this.failure = "";
    this.last = null;
    try {
      const query = new URLSearchParams({ canteen: this.canteen, day });
      const { status, told } = await window.antigaspiOutbox.ask(`?${query}`);
      if (status === 200) this.begin(told);
      else this.failure = told.message || "Ce jour ne peut pas être affiché.";
    } catch {
      this.failure = "Pas de réseau : ce jour s’affichera quand il reviendra.".replace(" :", `${NBSP}:`);
    }
    this.tellState();
  }

  async refresh() {
    const { day } = this.sheet;
    try {
      const { status, told } = await window.antigaspiOutbox.ask(`?${new URLSearchParams({ canteen: this.canteen, day })}`);
      if (status === 200 && this.sheet.day === day && !this.dirty()) this.begin(told);
    } catch { /* what is shown stays */ }
  }

  save() {
    const points = this.sheet.points.map((point, n) => ({ site: point.site, kind: point.kind, typed: this.toSend(n), base: this.base[n] }));
    if (!this.sheet.points.some((_, n) => this.changed(n).length) && !this.marksChanged()) {
      this.failure = this.items().some((item) => this.ofThisDay(item)) ? "" : "Rien de nouveau à enregistrer.";
      this.tellState();
      return;
    }
    const [marks, day, canteen] = [this.marksChanged() ? this.marks : {}, this.sheet.day, this.canteen];
    const item = { key: newKey(), at: Date.now(), person: this.person, label: this.label, state: "waiting", sheet: { canteen, day, points, marks } };
    try { window.antigaspiOutbox.put(item); } catch {
      this.failure = "Cette tablette n’a plus de place pour garder la saisie : ne fermez pas la page.".replace(" :", `${NBSP}:`);
      this.tellState();
      return;
    }
    localStorage.removeItem(this.draftName);
    this.focused()?.blur();  // a key that is touched does not take the focus in every browser
    [this.failure, this.stuck, this.last] = ["", null, null];
    this.begin(this.sheet);
    window.antigaspiOutbox.send();
  }

  // The sender tells what became of a sheet, of this day or of another.
  told({ item, state, answer }) {
    if (item.person !== this.person) return;
    this.failure = "";
    this.stuck = state === "waiting" ? answer : null;
    if (state === "stored") {
      this.last = { item, answer };
      this.refresh().then(() => this.show(item));
      this.rerun(item.key);
    }
    this.tellState();
    if (state === "conflict" || state === "refused") this.show(item);
  }

  changedElsewhere(event) {
    if (event.newValue === null) this.refresh();
    this.tellState();
  }

  // The rest of the page follows, if the page has its server.
  rerun(key) {
    try { this.trigger("stored", key); } catch { /* it will at the next click */ }
  }

  // What became of a sheet of this day comes in sight, unless somebody is typing.
  show(item) {
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    if (this.ofThisDay(item) && !focused?.matches("input, textarea, select, [contenteditable]")) this.top(item);
  }

  top(item) {
    const panel = [...this.panels.children].find((each) => each.dataset.key === item.key);
    panel?.scrollIntoView({ block: "start" });
    panel?.focus({ preventScroll: true });
  }

  keepMine(item) { this.settle(item, (point, conflict) => { point.base[conflict.field] = conflict.present; }); }

  keepOther(item) {
    this.settle(item, (point, conflict) => {
      point.typed[conflict.field] = null;
      point.base[conflict.field] = conflict.present;
    });
  }

  settle(item, change) {
    for (const conflict of item.answer.conflicts) change(item.sheet.points.find((point) => placeOf(point) === placeOf(conflict)), conflict);
    const left = item.sheet.points.some((point) => FIELDS.some((name) => !isEmpty(point.typed[name]) && !same(name, point.typed[name], point.base[name])));
    if (left || Object.keys(item.sheet.marks).length) {
      window.antigaspiOutbox.put({ ...item, state: "waiting", answer: null });
      window.antigaspiOutbox.send();
    } else window.antigaspiOutbox.drop(item.key);
    if (this.ofThisDay(item)) this.refresh();
    this.tellState();
  }

  // A refused sheet goes back into the form, to be corrected.
  async takeUp(item) {
    if (this.sheet.day !== item.sheet.day) await this.go(item.sheet.day);
    if (this.sheet.day !== item.sheet.day) return;
    for (const told of item.sheet.points) {
      const n = this.sheet.points.findIndex((point) => placeOf(point) === placeOf(told));
      for (const name of n < 0 ? [] : FIELDS) {
        if (isEmpty(told.typed[name]) || same(name, told.typed[name], told.base[name])) continue;
        // With what its tablet saw: what somebody else told meanwhile is a conflict, as it would have been.
        [this.typed[n][name], this.base[n][name]] = [shown(told.typed[name]), told.base[name]];
      }
    }
    this.weighed ||= this.typed.some((typed) => WEIGHTS.some((name) => !isEmpty(typed[name])));
    Object.assign(this.marks, item.sheet.marks);
    window.antigaspiOutbox.drop(item.key);
    this.keep();
    this.draw();
  }

  async undo() {
    const { item } = this.last;
    try {
      const { status, told } = await window.antigaspiOutbox.ask("/undo", { key: item.key });
      if (status === 200) {
        this.last = { item, undone: true };
        await this.refresh();
        this.rerun(item.key);
      } else this.failure = told.message || "Cette saisie n’a pas pu être annulée.";
    } catch {
      this.failure = "Pas de réseau : réessayez quand il reviendra.".replace(" :", `${NBSP}:`);
    }
    this.tellState();
    this.top(item);
  }

  // ------------------------------------------------------------ drawing
  focused() { return this.hints?.map(({ input }) => input).find((input) => input === this.box.getRootNode().activeElement); }

  draw() {
    const focused = this.focused()?.id;
    this.panels = h("div", { class: "panels" });
    this.status ??= h("p", { class: "status", role: "status", "aria-live": "polite" });
    this.hints = [];
    this.box.replaceChildren(
      this.panels,
      this.navigation(),
      ...this.sheet.points.map((point, n) => this.point(point, n)),
      this.dishes() ?? "",
      h("div", { class: "bar" }, this.status, h("button", { type: "button", class: "primary", onclick: () => this.save() }, "Enregistrer")),
    );
    if (focused) this.hints.find(({ input }) => input.id === focused)?.input.focus({ preventScroll: true });
    this.check();
    this.tellState();
  }

  navigation() {
    const { days, day, missing, before, week } = this.sheet;
    const earlier = days.filter((each) => each < day).at(-1), later = days.find((each) => each > day);
    const to = (target, text, name) => h("button", { type: "button", disabled: !target, "aria-label": name, onclick: () => this.go(target) }, text);
    const compare = (target, text) => h("button", {
      type: "button", "aria-pressed": String(this.compared === target), disabled: !target,
      onclick: () => { this.compared = this.compared === target ? null : target; this.draw(); },
    }, text);
    const others = missing.filter((each) => each !== day);
    return h("div", { class: "navigation" },
      h("div", { class: "day" }, to(earlier, "←", "Jour précédent"), h("h2", {}, dayName(day)), to(later, "→", "Jour suivant")),
      others.length ? h("div", { class: "row missing" }, h("span", {}, `À compléter${NBSP}:`), others.map((each) => to(each, dayName(each, "short")))) : null,
      h("div", { class: "row" }, compare("before", before ? `Voir ${dayName(before, "short")}` : "Hier"), compare("week", "Voir la semaine d’avant"),
        h("button", {
          type: "button", "aria-pressed": String(!this.weighed),
          onclick: () => { this.weighed = !this.weighed; this.keep(); this.draw(); },
        }, this.weighed ? "Pas pesé" : "✓ Pas pesé")),
    );
  }

  point(point, n) {
    const field = (name, extra = {}) => this.field(point, n, name, extra);
    const reel = field("reel");
    const step = (by) => {
      const now = figure(this.typed[n].reel) ?? figure(this.typed[n].prevision) ?? 0;
      this.set(n, "reel", String(Math.max(0, (now || 0) + by)));
    };
    const button = (text, name, act) => h("button", { type: "button", class: "step", "aria-label": `${name}, ${point.title}`, onclick: act }, text);
    const compared = this.compared && this.compareWith(point);
    const hint = reel.querySelector(".hint");  // under the keys too: it needs the width
    return h("fieldset", {},
      h("legend", {}, point.title),
      compared ? h("p", { class: "compared" }, compared) : null,
      h("div", { class: "meals" },
        field("prevision"),
        h("div", { class: "served" }, reel,
          button("−", "Un repas servi de moins", () => step(-1)),
          button("+", "Un repas servi de plus", () => step(1)),
          h("button", { type: "button", class: "step wide", "aria-label": `Servis comme prévu, ${point.title}`, onclick: () => this.set(n, "reel", this.typed[n].prevision) }, "Comme prévu"))),
      hint,
      this.weighed ? h("div", { class: "weights" }, WEIGHTS.map((name) => field(name, { unit: "kg" }))) : null,
      field("commentaire"),
    );
  }

  field(point, n, name, { unit } = {}) {
    const id = `f${n}-${name}`, note = `n${n}-${name}`;
    const keyboard = NUMBERS.includes(name) ? { inputmode: "numeric", maxlength: 6 } : WEIGHTS.includes(name) ? { inputmode: "decimal", maxlength: 8 } : { maxlength: 300 };
    const input = h("input", {
      id, type: "text", autocomplete: "off", enterkeyhint: "next", "aria-describedby": note, ...keyboard,
      oninput: () => { this.typed[n][name] = input.value; this.failure = ""; this.keep(); this.check(); this.tellState(); },
      onfocus: () => input.select(),
      onkeydown: (event) => { if (event.key === "Enter") this.next(input); },
    });
    input.value = this.typed[n][name];
    const hint = h("p", { class: "hint", id: note, "aria-live": "polite" });
    this.hints.push({ n, name, input, hint });
    const label = h("label", { for: id }, TITLES[name], unit ? h("span", { class: "unseen" }, ` (${unit})`) : "");
    return h("div", { class: `field ${name === "commentaire" ? "long" : ""}` }, label,
      h("div", { class: "entry" }, input, unit ? h("span", { "aria-hidden": "true" }, unit) : null), hint);
  }

  next(input) {
    const inputs = this.hints.map((each) => each.input);
    (inputs[inputs.indexOf(input) + 1] ?? this.box.querySelector(".primary")).focus();
  }

  set(n, name, value) {
    this.typed[n][name] = value;
    this.hints.find((each) => each.n === n && each.name === name).input.value = value;
    this.failure = "";
    this.keep();
    this.check();
    this.tellState();
  }

  check() {
    const found = this.typed.map((_, n) => doubts(this.toSend(n)));
    for (const { n, name, hint, input } of this.hints) {
      const doubt = found[n][name], { known } = this.sheet.points[n];
      const emptied = isEmpty(this.typed[n][name]) && !isEmpty(known[name]);
      hint.textContent = doubt ? `Vérifier${NBSP}: ${doubt}` : emptied ? `Vide${NBSP}: ${shown(known[name])} reste enregistré` : "";
      input.classList.toggle("doubt", Boolean(doubt));
    }
  }

  compareWith(point) {
    const values = point[this.compared], day = dayName(this.sheet[this.compared]);
    const parts = FIELDS.filter((name) => !isEmpty(values[name]))
      .map((name) => `${SHORT[name].toLowerCase()} ${shown(values[name])}${WEIGHTS.includes(name) ? `${NBSP}kg` : ""}`);
    return `${day}${NBSP}: ${parts.join(", ") || "rien n’est enregistré"}`;
  }

  dishes() {
    if (!this.sheet.dishes.length) return null;
    return h("fieldset", { class: "dishes" },
      h("legend", {}, "Les enfants ont-ils aimé\u00a0? ", h("span", { class: "aside" }, "(facultatif)")),
      this.sheet.dishes.map((dish) => h("div", { class: "dish", role: "group", "aria-label": dish },
        h("span", {}, dish),
        h("div", { class: "marks" }, MARKS.map(([mark, word, path]) => h("button", {
          type: "button", "aria-pressed": String(this.marks[dish] === mark), "data-mark": mark,
          onclick: (event) => this.mark(dish, mark, event.currentTarget),
        }, face(path), word))))));
  }

  mark(dish, mark, button) {
    if (this.marks[dish] === mark && this.known[dish] === undefined) delete this.marks[dish];
    else this.marks[dish] = mark;
    for (const each of button.parentElement.children) each.setAttribute("aria-pressed", String(this.marks[dish] === Number(each.dataset.mark)));
    this.keep();
    this.tellState();
  }

  // ------------------------------------------------------------ what became of what was typed
  tellState() {
    if (!this.status) return;
    const items = this.items(), waiting = items.filter((item) => item.state === "waiting");
    const problems = items.filter((item) => item.state !== "waiting");
    // Drawn anew only when something changed: a screen reader reads it again, and a key in it would lose the focus.
    const told = JSON.stringify([this.last, problems, this.sheet.missing]);
    if (this.panels.dataset.told !== told) {
      this.panels.dataset.told = told;
      this.panels.replaceChildren(...[this.storedPanel(), ...problems.map((item) => this.problemPanel(item))].filter(Boolean));
    }
    const sentence = this.sentence(waiting, problems);
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
    this.status.dataset.state = problems.length ? "check" : waiting.length ? "waiting" : this.dirty() ? "draft" : "stored";
  }

  sentence(waiting, problems) {
    if (problems.length) return `À vérifier${NBSP}: lisez le message en haut de la saisie.`;
    if (waiting.length) {
      const own = waiting.some((item) => this.ofThisDay(item)) ? "" : ` (${waiting.map((item) => dayName(item.sheet.day)).join(", ")})`;
      if (this.stuck?.reason) return `En attente d’envoi${own}. ${this.stuck.reason}`;
      if (!navigator.onLine || this.stuck) return `En attente d’envoi${own} (pas de réseau)${NBSP}: la saisie partira toute seule.`;
      return `Envoi en cours${own}…`;
    }
    if (this.failure) return this.failure;
    if (this.dirty()) return "Pas encore enregistré. Ce que vous tapez reste sur cette tablette.";
    if (this.last?.undone) return "Saisie annulée.";
    return this.sheet.points.some((point) => !isEmpty(point.known.reel)) ? "Enregistré." : "Rien n’est encore saisi pour ce jour.";
  }

  storedPanel() {
    if (!this.last) return null;
    const { item } = this.last, panel = { "data-key": item.key, tabindex: -1 };
    if (this.last.undone) return h("section", { ...panel, class: "panel" }, h("h2", {}, `Saisie annulée${NBSP}: ${this.about(item)}`), h("p", {}, "Les chiffres d’avant sont revenus."));
    const { stored, warnings, deposit_id: deposit } = this.last.answer;
    const lines = stored.map((told) => `${this.titleOf(told)}, ${SHORT[told.field].toLowerCase()}${NBSP}: ${shown(told.value)}${WEIGHTS.includes(told.field) ? `${NBSP}kg` : ""}`);
    const next = this.sheet.missing.filter((day) => day !== this.sheet.day).at(-1);
    const opinion = Object.keys(item.sheet.marks).length > 0;
    return h("section", { ...panel, class: "panel stored" },
      h("h2", {}, `${lines.length || opinion ? "Enregistré" : "Rien de nouveau"}${NBSP}: ${this.about(item)}`),
      lines.length ? h("ul", {}, lines.map((line) => h("li", {}, line))) : opinion ? h("p", {}, "Votre avis sur le menu est enregistré.") : null,
      warnings.map((each) => h("p", { class: "hint" }, `Vérifier${NBSP}: ${each.site ? `${this.titleOf(each)}, ` : ""}${each.reason}`)),
      h("div", { class: "row" },
        deposit ? h("button", { type: "button", onclick: () => this.undo() }, "Annuler cette saisie") : null,
        next ? h("button", { type: "button", onclick: () => this.go(next) }, `Saisir ${dayName(next)}`) : null));
  }

  about(item) { return `${item.label}, ${dayName(item.sheet.day)}`; }

  titleOf(place) { return this.sheet.points.find((point) => placeOf(point) === placeOf(place))?.title ?? place.site; }

  problemPanel(item) {
    const conflict = item.state === "conflict";
    const lines = conflict
      ? item.answer.conflicts.map((each) => `${this.titleOf(each)}, ${SHORT[each.field].toLowerCase()}${NBSP}: vous ${shown(each.typed)}, déjà enregistré ${shown(each.present) || "rien"}${each.who ? ` par ${each.who}, ${each.when}` : ""}`)
      : item.answer.refusals.map((each) => [each.field && `${this.titleOf(each)}, ${SHORT[each.field].toLowerCase()}`, each.reason].filter(Boolean).join(`${NBSP}: `));
    const act = (text, work) => h("button", { type: "button", onclick: work }, text);
    return h("section", { "data-key": item.key, class: "panel check", tabindex: -1 },
      h("h2", {}, `À vérifier${NBSP}: ${this.about(item)}`),
      h("p", {}, conflict ? "Quelqu’un a enregistré d’autres chiffres entre-temps. Rien n’est écrasé\u00a0: choisissez." : "Cette saisie n’est pas enregistrée."),
      h("ul", {}, lines.map((line) => h("li", {}, line))),
      h("div", { class: "row" }, conflict
        ? [act("Garder la mienne", () => this.keepMine(item)), act("Garder l’autre", () => this.keepOther(item))]
        : [item.sheet.canteen === this.canteen ? act("Corriger", () => this.takeUp(item)) : null, act("Supprimer cette saisie", () => { window.antigaspiOutbox.drop(item.key); this.tellState(); })]));
  }
}

export default function (component) {
  const root = component.parentElement;
  const sheet = root.antigaspiSheet ??= new Sheet(root);
  sheet.attach();
  sheet.update(component);
  return () => sheet.detach();
}
