/** Templates come from users of a cluster; these keep a hostile one from hanging the injector or filling its memory. */

/** Nested `template` calls. Go allows 100,000; each level costs some 500 bytes of stack here, and 16 MB is no use. */
export const MAX_TEMPLATE_DEPTH = 1_000
/** Nested parentheses, and nested actions. A tenth of Go's, for the same reason. */
export const MAX_NESTING = 500
/** Text that one execution may write, in UTF-16 units. The largest stock template writes 20 thousand. */
export const MAX_OUTPUT = 16 * 1024 * 1024
/** One string that a function makes (`repeat`, `indent`), in UTF-16 units. */
export const MAX_VALUE = 8 * 1024 * 1024
/** One list that a function makes (`until`, `concat`): an item takes eight bytes at the least. */
export const MAX_ITEMS = 2 * 1024 * 1024
/** Total of what functions make in one execution; garbage in between is not counted back. */
export const MAX_WORK = 64 * 1024 * 1024
/** Actions and iterations in one execution. The stock sidecar template takes about 600. */
export const MAX_STEPS = 2_000_000
/** Depth of values that are printed, copied or compared; a `dict` can be made to contain itself. */
export const MAX_VALUE_DEPTH = 500
/** Characters of a regular expression. */
export const MAX_PATTERN = 1_024
