/** What a reader's eye needs: pictures of the web when they are allowed, what leaves this machine, undisturbed writing. */

import { byId, metadata } from "../dom";
import { createModes, type Modes } from "../modes";
import { createReach, type Reach } from "../reach";
import { createRemotePictures, type RemotePictures } from "../remote";
import type { Page } from "./page";

export interface ReadingWing {
  readonly modes: Modes;
  readonly pictures: RemotePictures;
  readonly reach: Reach;
}

export function readingWing(page: Page): ReadingWing {
  const pictures = createRemotePictures({
    bar: byId("pictures"),
    allowed: metadata("pictures"),
    document: () => (page.titled() ? `${page.documents.workspace}/${page.titled()}` : null),
    isAlways: () => (page.preferences.areKnown ? page.preferences.values.remote_pictures : null),
    always: (on) => page.preferences.change({ remote_pictures: on }),
    async reload(address) {
      await page.saving.flush();
      await page.drafts.flush();
      location.replace(address);
    },
  });
  const reach = createReach(byId("reach"));
  if (pictures.reach) reach.say("pictures", `Pictures come from ${pictures.reach}`);
  const modes = createModes(document.body, () => page.view, () => requestAnimationFrame(page.scroll.align));
  return { modes, pictures, reach };
}
