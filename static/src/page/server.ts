/** The conversation with the server: what each of its messages means to the page, and what its absence does. */

import { metadata } from "../dom";
import type { Notice } from "../notices";
import type { FromServer, ModelFields } from "../protocol";
import { connectSocket, type Connection, type Socket } from "../socket";
import type { Page } from "./page";

/** What the two say to each other may have changed with the program. */
const ANOTHER_VERSION: Notice = {
  text: "ME_AI has been updated since this page was opened; load it again, and all you have written is there.",
  choices: [{ label: "Load it again", run: () => location.reload() }],
};

export interface ServerWing {
  readonly socket: Socket;
}

export function serverWing(page: Page): ServerWing {
  const { caret, disk, documents, model, models, notices, preview, previewing, receipts, recovery, rewriting, saving, underlines, warnings } = page;
  let connection: Connection = "connecting";
  let told = "";

  function receive(message: FromServer): void {
    switch (message.type) {
      case "welcome":
        if (message.version !== metadata("version")) notices.show("version", ANOTHER_VERSION);
        models.changed(message.model);
        tellWhere(message.model);
        sayWhere(message.model);
        model.welcome(message.actions, message.model);
        page.commandsChanged();
        page.preferences.heard(message.settings);
        page.pictures.settle();
        return page.welcomeWriter();
      case "settings":
        model.offered(message.actions);
        page.commandsChanged();
        return page.preferences.heard(message.values);
      case "beyond":
        return model.tooSmallFor(message.actions);
      case "model":
        if (message.state === "failed") notices.show("model", { text: message.message, tone: "error" });
        if (message.state === "ready") notices.hideErrors("model");
        if (message.sends_to) tellWhere(message);
        else if (message.state === "ready" && message.message) notices.show("model", { text: message.message });
        sayWhere(message);
        models.changed(message);
        return model.show(message);
      case "fetching":
        return models.fetching(message);
      case "problems":
        return underlines.received(message);
      case "previewed":
        return previewing.received(message);
      case "changed":
        disk.changed(message.name, message.etag);
        return void recovery.review();
      case "listed":
        return void documents.refresh().then(disk.look);
      case "error":
        return notices.show("server", { text: message.message, tone: "error" });
      default:
        caret.receive(message);
        return rewriting.receive(message);
    }
  }

  /** Once for each page: the status line goes on saying where texts go. */
  function tellWhere({ state, message, sends_to: host }: ModelFields): void {
    if (state !== "ready" || !host || host === told) return;
    told = host;
    notices.show("elsewhere", { text: message });
  }

  function sayWhere({ sends_to: host }: ModelFields): void {
    page.reach.say("model", host && `What the model is asked goes to ${host}`);
  }

  function connected(state: Connection): void {
    const wasAway = connection !== "connecting";
    connection = state;
    warnings.connection(state);
    if (state === "open") {
      // What failed for want of a server is over.
      if (wasAway) notices.hideErrors("documents", "export");
      if (wasAway && saving.name === null) void documents.start();
      preview.reset();
      previewing.restart();
      underlines.restart();
      saving.retry();
      receipts.retry();
      // What happened on disk meanwhile was told to nobody.
      if (wasAway) void documents.refresh().then(disk.look);
      return;
    }
    if (state === "connecting") return;
    model.lost();
    caret.forget();
    rewriting.connectionLost();
  }

  return { socket: connectSocket(page.token, page.api.answers, receive, connected) };
}
