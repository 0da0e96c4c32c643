// What Streamlit writes in English whatever the page says, in French; and the way back when the connection is refused.
"use strict";

// Before Streamlit’s own code runs: where its server is (it would try below the page’s address first), and the font, or it
// would fetch another one until the server tells it.
const FONT = { bodyFont: document.getElementById("root").dataset.font };
window.__streamlit = { BACKEND_BASE_URL: location.origin, LIGHT_THEME: FONT, DARK_THEME: FONT };

const SENTENCES = [
  [/^File must be ([\d.]+) ?MB or smaller\.$/, (_, size) => `Ce fichier dépasse ${parseFloat(size)}\u00a0Mo\u00a0: découpez-le, par exemple par année scolaire, puis choisissez-en une partie.`],
  [/^(?:AxiosError: )?Request failed with status code 413$/, () => "Trop de fichiers attendent déjà d’être enregistrés ou écartés. Fermez les autres, ou réessayez dans deux minutes."],
  [/^(?:AxiosError: )?Request failed with status code \d+$/, () => "Le fichier n’a pas été reçu. Rechargez la page, puis choisissez-le à nouveau."],
  [/^(?:AxiosError: )?Network Error$/, () => "Le fichier n’a pas été reçu\u00a0: la connexion est coupée. Vérifiez-la, puis choisissez-le à nouveau."],
  [/^Is Streamlit still running\?.*$/s, () => "Antigaspi ne répond plus\u00a0: il a été arrêté, ou le réseau est coupé. La page se remettra en marche d’elle-même dès qu’il répond."],
  [/^Remove (.+)$/s, (_, name) => `Retirer ${name}`],
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

new MutationObserver((changes) => {
  groupMenu();
  for (const change of changes) {
    if (change.type === "characterData") translateText(change.target);
    else if (change.type === "attributes") translateAttributes(change.target);
    else change.addedNodes.forEach(translateAll);
  }
}).observe(document.documentElement, {
  childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES,
});

// The page’s policy allows no script in a page: its buttons “Imprimer” are known here by their class.
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest('.print-page, [class*="st-key-imprimer"] button')) window.print();
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
