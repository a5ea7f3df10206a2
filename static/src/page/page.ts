/**
 * The parts of the page, which know each other through this alone. A wing makes some of them, in the order of `app.ts`,
 * and reaches for those of a later wing only when something happens.
 */

import type { BaseWing } from "./base";
import type { DocumentsWing } from "./documents";
import type { ExportWing } from "./exporting";
import type { ModelWing } from "./model";
import type { ReadingWing } from "./reading";
import type { ServerWing } from "./server";
import type { StructureWing } from "./structure";
import type { SurfacesWing } from "./surfaces";
import type { WritingWing } from "./writing";

export type Page = BaseWing & WritingWing & ReadingWing & StructureWing & DocumentsWing & ModelWing & ExportWing & SurfacesWing & ServerWing;
