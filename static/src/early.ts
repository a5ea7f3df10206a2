/** Runs before the first paint, so that a page in the dark does not flash white. */

import { applyTheme, lightOnPaper, storedTheme } from "./theme";

applyTheme(storedTheme());
lightOnPaper();
