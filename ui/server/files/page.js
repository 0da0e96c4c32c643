// What Streamlit writes in English whatever the page says, in French; and the way back when the connection is refused.
"use strict";

// Before Streamlit’s own code runs: where its server is (it would try below the page’s address first), and the font, or it
// would fetch another one until the server tells it.
const FONT = { bodyFont: document.getElementById("root").dataset.font };
window.__streamlit = { BACKEND_BASE_URL: location.origin, LIGHT_THEME: FONT, DARK_THEME: FONT };

// A role that the local user tries stays theirs in this tab, at an address without it too: a link, or one that is typed.
const TRIED = ["role_essaye", "cantines_essayees"], KEPT_ROLE = "antigaspi_role";
const asked = new URLSearchParams(location.search), tried = new URLSearchParams(sessionStorage.getItem(KEPT_ROLE) || "");
if (!asked.has(TRIED[0]) && tried.has(TRIED[0])) {
  history.replaceState(history.state, "", `${location.pathname}?${new URLSearchParams([...asked, ...tried])}${location.hash}`);
}
addEventListener("pagehide", () => {
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => TRIED.includes(name));
  sessionStorage.setItem(KEPT_ROLE, new URLSearchParams(kept).toString());
});

const SENTENCES = [
  [/^File must be ([\d.]+) ?MB or smaller\.$/, (_, size) => `Ce fichier dépasse ${parseFloat(size)}\u00a0Mo\u00a0: découpez-le, par exemple par année scolaire, puis choisissez-en une partie.`],
  [/^(?:AxiosError: )?Request failed with status code 413$/, () => "Trop de fichiers à la fois. Déposez-en moins ensemble, enregistrez ceux qui attendent, ou réessayez dans deux minutes."],
  [/^(?:AxiosError: )?Request failed with status code \d+$/, () => "Le fichier n’a pas été reçu. Rechargez la page, puis choisissez-le à nouveau."],
  [/^(?:AxiosError: )?Network Error$/, () => "Le fichier n’a pas été reçu\u00a0: la connexion est coupée. Vérifiez-la, puis choisissez-le à nouveau."],
  [/^Is Streamlit still running\?.*$/s, () => "Antigaspi ne répond plus\u00a0: il a été arrêté, ou le réseau est coupé. La page se remettra en marche d’elle-même dès qu’il répond."],
  [/^(?:Error: )?Number is outside the allowed range\. Please enter a value between (.+) and (.+)\.$/, (_, least, most) => `Ce nombre doit être entre ${least} et ${most}.`],
  [/^(?:Error: )?Number is below the allowed range\.(?: Please enter a value greater than or equal to (.+)\.)?$/, (_, least) => least ? `Ce nombre doit être ${least} au moins.` : "Ce nombre est trop petit."],
  [/^(?:Error: )?Number is above the allowed range\.(?: Please enter a value less than or equal to (.+)\.)?$/, (_, most) => most ? `Ce nombre doit être ${most} au plus.` : "Ce nombre est trop grand."],
  [/^:? ?Date set outside allowed range\. Please select a date between (.+) and (.+)\.$/, (_, first, last) => `Cette date doit être entre le ${first} et le ${last}.`],
  [/^:? ?Date set outside allowed range\. Please select a date on or (after|before) (.+)\.$/, (_, side, day) => `Cette date doit être le ${day} ou ${side === "after" ? "après" : "avant"}.`],
  [/^Select (\d+) matches$/, (_, count) => `Choisir les ${count}\u00a0trouvés`],
  [/^(\d+) results?$/, (_, count) => count < 2 ? `${count}\u00a0résultat` : `${count}\u00a0résultats`],
  [/^(\d+) of (\d+)$/, (_, place, count) => `${place} sur ${count}`],
  [/^Page (\d+)$/, (_, page) => `Page ${page}`],
  [/^(.+) (start|end) date$/s, (_, name, end) => `${name}\u00a0: ${end === "start" ? "début" : "fin"}`],
  [/^Remove (.+)$/s, (_, name) => `Retirer ${name}`],
  [/^Fullscreen: (.+)$/s, (_, name) => `Plein écran\u00a0: ${name}`],
  [/^Help for (.+)$/s, (_, name) => `Aide\u00a0: ${name}`],
];

const WORDS = {
  "File size is too small.": "Ce fichier est vide.",
  "Only one file is allowed.": "Un seul fichier à la fois.",
  "Unexpected error. Please try again.": "Le fichier n’a pas été reçu. Choisissez-le à nouveau.",
  "Error:": "",
  "Connection error": "Connexion perdue",
  "Connecting": "Connexion…",
  "Skip to main content": "Aller au contenu",
  "Sidebar": "Menu",
  "App pages": "Pages",
  "Main menu": "Menu principal",
  "Expand sidebar": "Ouvrir le menu",
  "Collapse sidebar": "Fermer le menu",
  "Navigate to home page": "Aller à l’accueil",
  "Error": "À corriger",
  "Upload": "Choisir un fichier",
  "file upload": "Fichier à envoyer",
  "Add files": "Ajouter un fichier",
  "Show/hide columns": "Choisir les colonnes",
  "Search": "Chercher",
  "Close Search": "Fermer la recherche",
  "Next Result": "Résultat suivant",
  "Previous Result": "Résultat précédent",
  "0 results": "Aucun résultat",
  "Fullscreen": "Plein écran",
  "Close fullscreen": "Quitter le plein écran",
  "Choose an option": "Choisir",
  "Choose options": "Choisir",
  "Select all": "Tout choisir",
  "Open": "Ouvrir la liste",
  "Close": "Fermer",
  "Script execution error": "Cette page ne peut pas s’ouvrir",
  "Bad message format": "Échange interrompu",
  "Invalid input.": "Cette valeur ne convient pas.",
  "No results": "Aucun résultat",
  "No options": "Aucun choix",
  "No options to select": "Aucun choix",
  "Selectbox options": "Choix possibles",
  "Multiselect options": "Choix possibles",
  "Sort ascending": "Trier du plus petit au plus grand",
  "Sort descending": "Trier du plus grand au plus petit",
  "Statistics": "En résumé",
  "Format": "Format",
  "Autosize": "Ajuster la largeur",
  "Pin column": "Garder à gauche",
  "Unpin column": "Ne plus garder à gauche",
  "Hide column": "Masquer la colonne",
  "Copy column name": "Copier le titre",
  "Type to search": "Chercher",
  "Clear selection": "Ne plus rien choisir",
  "Add row": "Ajouter une ligne",
  "No data": "Aucune donnée",
  "Download as CSV": "Télécharger (CSV)",
  "Download failed": "Le fichier n’est pas venu. Réessayez.",
  "Choose date and time": "Choisir un jour et une heure",
  "Date range": "Période",
  "Use arrow keys to navigate dates. Enter to select. Escape to close.": "Flèches pour changer de jour, Entrée pour choisir, Échap pour fermer.",
  "Past Week": "7 derniers jours",
  "Past Month": "Dernier mois",
  "Past 3 Months": "3 derniers mois",
  "Past 6 Months": "6 derniers mois",
  "Past Year": "Dernière année",
  "Past 2 Years": "2 dernières années",
  "Show password": "Montrer",
  "Hide password": "Cacher",
  "Clear all": "Tout effacer",
  "Clear value": "Effacer",
  "Clear entry": "Effacer",
  "Clear date": "Effacer la date",
  "Clear dates": "Effacer les dates",
  "Choose date": "Choisir une date",
  "Choose date range": "Choisir une période",
  "Quick select a date range": "Choisir une période courante",
  "Previous month": "Mois précédent",
  "Next month": "Mois suivant",
  "Previous page": "Page précédente",
  "Next page": "Page suivante",
  "Selected values": "Valeurs choisies",
  "Scroll tabs left": "Onglets précédents",
  "Scroll tabs right": "Onglets suivants",
  "Increment": "Augmenter",
  "Decrement": "Diminuer",
  "Dataframe column menu": "Menu de la colonne",
  "Stop script": "Arrêter",
  "Running...": "Calcul en cours…",
  "Notifications": "Messages",
};
const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt"];

function french(text) {
  const words = text.trim();
  if (Object.hasOwn(WORDS, words)) return WORDS[words];
  for (const [english, sentence] of SENTENCES) {
    const match = english.exec(words);
    if (match) return sentence(...match);
  }
  return null;
}

function translateText(node) {
  const translated = french(node.nodeValue);
  if (translated !== null && translated !== node.nodeValue) node.nodeValue = translated;
}

function translateAttributes(element) {
  for (const name of ATTRIBUTES) {
    const value = element.getAttribute(name);
    const translated = value && french(value);
    if (translated && translated !== value) element.setAttribute(name, translated);
  }
}

function translateAll(root) {
  if (root.nodeType === Node.TEXT_NODE) { translateText(root); return; }
  const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = root; node; node = nodes.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) translateText(node);
    else if (node.nodeType === Node.ELEMENT_NODE) translateAttributes(node);
  }
}

// Between the list of the menu and its items Streamlit puts groups, which then are the lists.
function groupMenu() {
  for (const list of document.querySelectorAll("[data-testid=stSidebarNavItems]:has(> div > li)")) {
    list.setAttribute("role", "none");
    for (const group of list.querySelectorAll(":scope > div:not([role])")) group.setAttribute("role", "list");
  }
}

// Only what is wrong interrupts who listens: other messages wait for their turn, and the banner of the demonstration is a text.
function calmMessages() {
  for (const message of document.querySelectorAll("[data-testid=stAlertContainer][role=alert]:not(:has([data-testid=stAlertContentError]))")) {
    message.setAttribute("role", message.closest(".st-key-demonstration") ? "note" : "status");
  }
}

// The sentence or the title above an element.
function titleAbove(element) {
  for (let block = element.parentElement; block; block = block.parentElement) {
    const titles = [...block.querySelectorAll(":is(h1, h2, h3, .takeaway)")];
    const above = titles.filter((title) => title.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (above.length) return above.at(-1).textContent.trim();
  }
  return "";
}

function nameTables() {
  for (const table of document.querySelectorAll("[data-testid=stMain] table:not([aria-label], :has(> caption))")) {
    const name = titleAbove(table);
    if (name) table.setAttribute("aria-label", name);
  }
}

// What scrolls can be scrolled by the keyboard, and says what it is.
function reachWhatScrolls() {
  for (const box of document.querySelectorAll("[data-testid=stMain] :is(.sheet, .stVerticalBlock[overflow=auto])")) {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (scrolls === box.hasAttribute("tabindex")) continue;
    if (scrolls) {
      box.setAttribute("tabindex", "0");
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", titleAbove(box) || "Tableau");
    } else for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
  }
}

// A grid is drawn: screen readers are given its cells as they are in memory, dates and decimals in English.
const DAY = /^(\d{4})-(\d\d)-(\d\d)(?:[T ]00:00:00(?:\.0+)?)?$/;
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/;

function readCell(cell) {
  const text = cell.textContent.trim();
  const day = DAY.exec(text);
  let read = text;
  if (day) read = `${day[3]}/${day[2]}/${day[1]}`;
  else if (/^(None|nan|NaN|NaT|null|undefined|)$/.test(text)) read = "—";
  else if (NUMBER.test(text) && text.includes(".")) read = Number(text).toLocaleString("fr-FR", { maximumFractionDigits: 1 });
  if (read !== text) cell.textContent = read;
}

// Why a value is refused stands under its field: the field says that it is refused, and why.
function tieRefusals() {
  for (const field of document.querySelectorAll("[data-refused]")) {
    if (document.getElementById(field.dataset.refused)) continue;
    for (const name of ["aria-invalid", "aria-describedby", "data-refused"]) field.removeAttribute(name);
  }
  document.querySelectorAll(".refusal").forEach((refusal, place) => {
    const before = refusal.closest("[data-testid=stElementContainer]")?.previousElementSibling;
    const field = before?.querySelector("input, textarea, [role=combobox]");
    if (!field) return;
    refusal.id = `refus-${place}`;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", refusal.id);
    field.dataset.refused = refusal.id;
  });
}

// What had the focus may leave with the click that used it. The focus then goes to what took its place, or to the result.
const STOPS = "button, input, textarea, select, a[href], summary, [role=combobox], [tabindex]";
const RESULTS = "[data-testid=stAlert], h2, h3, .takeaway, .headline";
let focused = null;
let shown = new WeakSet();

function keyOf(element) {
  return /st-key-[\w-]+/.exec(element.closest("[class*=st-key-]")?.className ?? "")?.[0];
}

function nameOf(element) {
  return element.getAttribute("aria-label") || element.textContent.trim();
}

document.addEventListener("focusin", ({ target }) => {
  const main = target.closest("[data-testid=stMain]");
  focused = main ? { element: target, key: keyOf(target), name: nameOf(target), path: location.pathname } : null;
  if (main) shown = new WeakSet(main.querySelectorAll(RESULTS));
});

// Who clicks elsewhere leaves it; a list that opens over the page is not elsewhere.
document.addEventListener("pointerdown", ({ target }) => {
  if (!focused || !target.closest("[data-testid=stApp]")) return;
  const own = focused.element.closest("[data-testid=stElementContainer]") ?? focused.element;
  if (!own.contains(target)) focused = null;
}, true);

function keepFocus() {
  if (!focused || focused.element.isConnected || document.activeElement !== document.body) return;
  if (!document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]")) return;
  const main = document.querySelector("[data-testid=stMain]");
  const { key, name, path } = focused;
  focused = null;
  if (!main || path !== location.pathname) return;
  const same = [...(key ? main.querySelectorAll(`.${key} :is(${STOPS})`) : [])].find((stop) => nameOf(stop) === name && !stop.disabled);
  const result = same ?? [...main.querySelectorAll(RESULTS)].find((one) => !shown.has(one)) ?? main.querySelector("h1");
  if (!result) return;
  if (!same) result.setAttribute("tabindex", "-1");
  result.focus();
}

function arrange() {
  groupMenu();
  calmMessages();
  nameTables();
  reachWhatScrolls();
  tieRefusals();
  document.querySelectorAll("canvas [role=gridcell]").forEach(readCell);
  keepFocus();
}

let waiting = false;
function arrangeSoon() {
  if (waiting) return;
  waiting = true;
  setTimeout(() => { waiting = false; arrange(); }, 50);
}
addEventListener("resize", arrangeSoon);

new MutationObserver((changes) => {
  arrangeSoon();
  for (const change of changes) {
    if (change.type === "characterData") translateText(change.target);
    else if (change.type === "attributes") translateAttributes(change.target);
    else change.addedNodes.forEach(translateAll);
  }
}).observe(document.documentElement, {
  childList: true, subtree: true, characterData: true, attributes: true,
  attributeFilter: [...ATTRIBUTES, "data-test-script-state"],
});

// The page’s policy allows no script in a page: its buttons “Imprimer” are known here by their class.
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest('.print-page, [class*="st-key-imprimer"] button')) window.print();
});

// A chart is printed at the width it was drawn at: before, each says by how much it must shrink to fit a sheet.
const SHEET = 840; // pixels between the margins of an A4, at the zoom of a printed page (style.css)
addEventListener("beforeprint", () => {
  for (const drawing of document.querySelectorAll("[data-testid=stPlotlyChart] .main-svg:first-child")) {
    const chart = drawing.closest("[data-testid=stPlotlyChart]");
    chart.style.setProperty("--on-paper", Math.min(1, SHEET / drawing.clientWidth).toFixed(3));
  }
});

// A page left open whose sign-in ended would say “Connection error”: drawn anew, it says why, and how to come back.
setInterval(async () => {
  const app = document.querySelector("[data-testid=stApp]");
  if (!app || app.dataset.testConnectionState === "CONNECTED") return;
  try {
    const answer = await fetch("/antigaspi/here", { cache: "no-store" });
    if (answer.status === 403) location.reload();
  } catch { /* the server is away: Streamlit tries again by itself */ }
}, 4000);
