import type { JsonObject } from '../../lang/json.js'
import type { Report } from '../finding.js'
import type { ConfigKind } from '../kinds/kind.js'

/** Checks whole documents as an API server does before it admits them: OpenAPI schema, then CEL rules. */
export interface CrdChecker {
  check(kind: ConfigKind, version: string, document: JsonObject, report: Report): void
}
