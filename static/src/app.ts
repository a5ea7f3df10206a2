/** The page: makes its wings, one after the other, and listens to the window. */

import "../css/app.css";

import { baseWing } from "./page/base";
import { documentsWing } from "./page/documents";
import { exportWing } from "./page/exporting";
import { modelWing } from "./page/model";
import type { Page } from "./page/page";
import { readingWing } from "./page/reading";
import { serverWing } from "./page/server";
import { structureWing } from "./page/structure";
import { surfacesWing } from "./page/surfaces";
import { writingWing } from "./page/writing";
import { takeToken } from "./token";

const NO_TOKEN = "Open the whole address that ME_AI printed in the terminal: it holds the key to this page.";

function run(token: string): void {
  const page = {} as Page;
  Object.assign(page, baseWing(page, token));
  for (const wing of [writingWing, readingWing, structureWing, documentsWing, modelWing, exportWing, surfacesWing, serverWing]) Object.assign(page, wing(page));
  listenToWindow(page);
  page.keyboard.listen();
  page.intake.listen();
  void page.documents.start().then(page.welcomeWriter);
}

function listenToWindow({ disk, documents, drafts, renewToken, saving, socket }: Page): void {
  /** The page may be gone in a moment. */
  const keepNow = () => {
    void drafts.flush();
    saving.hurry();
  };
  window.addEventListener("pointermove", () => delete document.body.dataset["typing"], { passive: true });
  window.addEventListener("hashchange", () => {
    renewToken();
    socket.retry();
  });
  window.addEventListener("pagehide", keepNow);
  window.addEventListener("beforeunload", (event) => {
    keepNow();
    if (drafts.isBehind && !saving.isClean) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") return keepNow();
    socket.retry();
    void documents.refresh().then(disk.look);
  });
}

const token = takeToken();
if (token !== null) run(token);
else document.body.replaceChildren(Object.assign(document.createElement("p"), { className: "no-page", textContent: NO_TOKEN }));
