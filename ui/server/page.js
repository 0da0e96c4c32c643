// What Streamlit writes in English whatever the page says, in French; and the way back when the connection is refused.
"use strict";

const WORDS = [
  [/^File must be ([\d.]+) ?MB or smaller\.$/, (_, size) => `Ce fichier dépasse ${parseFloat(size)}\u00a0Mo\u00a0: découpez-le, par exemple par année scolaire, puis choisissez-en une partie.`],
  [/^File size is too small\.$/, () => "Ce fichier est vide."],
  [/^Only one file is allowed\.$/, () => "Un seul fichier à la fois."],
  [/^Unexpected error\. Please try again\.$/, () => "Le fichier n’a pas été reçu. Choisissez-le à nouveau."],
  [/^(?:AxiosError: )?Request failed with status code 413$/, () => "Trop de fichiers attendent déjà d’être enregistrés ou écartés. Fermez les autres, ou réessayez dans deux minutes."],
  [/^(?:AxiosError: )?Request failed with status code \d+$/, () => "Le fichier n’a pas été reçu. Rechargez la page, puis choisissez-le à nouveau."],
  [/^(?:AxiosError: )?Network Error$/, () => "Le fichier n’a pas été reçu\u00a0: la connexion est coupée. Vérifiez-la, puis choisissez-le à nouveau."],
];

function translate(node) {
  const text = node.nodeValue.trim();
  for (const [english, french] of WORDS) {
    const match = english.exec(text);
    if (match) { node.nodeValue = french(...match); return; }
  }
}

function translateAll(root) {
  if (root.nodeType === Node.TEXT_NODE) { translate(root); return; }
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) translate(texts.currentNode);
}

new MutationObserver((changes) => {
  for (const change of changes) {
    if (change.type === "characterData") translate(change.target);
    else change.addedNodes.forEach(translateAll);
  }
}).observe(document.documentElement, { childList: true, subtree: true, characterData: true });

// A page left open whose sign-in ended would say “Connection error”: drawn anew, it says why, and how to come back.
setInterval(async () => {
  const app = document.querySelector("[data-testid=stApp]");
  if (!app || app.dataset.testConnectionState === "CONNECTED") return;
  try {
    const answer = await fetch("/antigaspi/here", { cache: "no-store" });
    if (answer.status === 403) location.reload();
  } catch { /* the server is away: Streamlit tries again by itself */ }
}, 4000);
