/** How the writer likes the program, as this page knows it: told by the server, changed through it, the same in every tab. */

import type { Api } from "./api";
import type { Settings, SettingsChange } from "./protocol";

export interface SettingsParts {
  readonly api: Pick<Api, "changeSettings">;
  /** They are other ones now; also when they are heard of first. */
  applied(settings: Settings): void;
  /** They could not be changed, and why. */
  refused(sentence: string): void;
}

/** What holds until the server has spoken. */
export const DEFAULTS: Settings = {
  theme: "system",
  text_size: 100,
  measure: 66,
  dialect: "auto",
  underlines: true,
  caret_text: false,
  autosave: 0.8,
  bubble: true,
  slash_menu: true,
  remote_pictures: false,
  help_at_start: "first",
  keys: {},
  action: [],
};

export class Preferences {
  private now: Settings = DEFAULTS;
  /** Whether the server has spoken. */
  areKnown = false;
  /** The change before: two at once might be written in the other order. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: SettingsParts) {}

  get values(): Settings {
    return this.now;
  }

  /** As the server says. */
  heard(settings: Settings): void {
    this.areKnown = true;
    if (JSON.stringify(settings) === JSON.stringify(this.now)) return;
    this.now = settings;
    this.parts.applied(settings);
  }

  /** Null when it was done, else why not; then nothing has changed. */
  attempt(change: SettingsChange): Promise<string | null> {
    const done = this.last.then(() => this.send(change));
    this.last = done.catch(() => null);
    return done;
  }

  private async send(change: SettingsChange): Promise<string | null> {
    const result = await this.parts.api.changeSettings(change);
    if (!result.ok) return result.failure.message;
    this.heard(result.value.values);
    return null;
  }

  /** The same, where a surface has no place for a sentence of its own. */
  async change(change: SettingsChange): Promise<void> {
    const problem = await this.attempt(change);
    if (problem) this.parts.refused(problem);
  }
}
