import type { WebResponse } from './router.js'

export interface StartPage {
  readonly version: string
  /** What runs, where: name, address as a browser takes it, and what it is for. */
  readonly endpoints: readonly { readonly name: string; readonly url: string; readonly purpose: string }[]
  readonly configuration: readonly { readonly name: string; readonly value: string }[]
  readonly commands: readonly { readonly line: string; readonly does: string }[]
}

/** No script, no style and nothing else from anywhere but this page itself. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/** One small page for whoever opens the HTTP address in a browser. A click on a command selects the whole of it. */
export function startPage(page: StartPage): WebResponse {
  const endpoints = page.endpoints.map(
    ({ name, url, purpose }) => `<tr><th scope="row">${html(name)}<td>${link(url)}<td>${html(purpose)}`,
  )
  const settings = page.configuration.map(
    ({ name, value }) => `<tr><th scope="row">${html(name)}<td colspan="2"><code>${html(value)}</code>`,
  )
  const commands = page.commands.map(({ line, does }) => `<p>${html(does)}<pre>${html(line)}</pre>`)
  return htmlPage(
    'Pillion',
    `<h1>Pillion <small>${html(page.version)}</small></h1>
<p>An Istio-compatible sidecar injector and service mesh control plane that explains itself. This server is running.</p>
<h2>What is up</h2>
<table>${endpoints.join('')}</table>
<h2>Configuration</h2>
<table>${settings.join('')}</table>
<h2>Try next</h2>
${commands.join('\n')}`,
  )
}

/** A page of one's own: `content` is HTML that has nothing from outside in it but through `html`. */
export function htmlPage(title: string, content: string): WebResponse {
  const body = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${html(title)}</title>
<style>${STYLE}</style>
<main>
${content}
</main>
</html>
`
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8', ...SECURITY_HEADERS }, body }
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0 }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
small { font-weight: normal; opacity: .7 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0; overflow-wrap: anywhere }
th { font-weight: 600; white-space: nowrap }
p:has(+ pre) { margin-bottom: .3rem }
pre { user-select: all; white-space: pre-wrap; overflow-wrap: anywhere; margin-top: 0; padding: .6rem .8rem; border-radius: .3rem;
  background: rgb(128 128 128 / .15) }
@media (max-width: 46rem) { th, td { display: block; padding: 0 } th { padding-top: .75rem } }
`

/** Only addresses that a browser can open become links; the webhook itself answers POST alone. */
function link(url: string): string {
  return url.startsWith('http://') ? `<a href="${html(url)}">${html(url)}</a>` : `<code>${html(url)}</code>`
}

/** Text as HTML shows it. */
export function html(text: string): string {
  return text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)
}
