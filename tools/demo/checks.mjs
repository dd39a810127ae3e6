// What the demo asks the mesh, and what has to come back. Nothing here depends on how fast the machine is.

/** Of the canary: enough that chance does not decide. Two hundred draws at one in five leave these bounds once in a million runs. */
const CANARY = { requests: 200, least: 14, most: 70 }
const RATINGS = 'http://ratings.scores:9080/'
const TRUST_DOMAIN = 'bookinfo.example'
/** How many answers in a row have to be of the new version before the change counts as there. */
const IN_A_ROW = 50
/** Longer than any machine needs to hear of an edited file, in ms. */
const CHANGE_MS = 30_000

/** Each gives what came back, in words, and whether that is what the files say. */
const CHECKS = [
  ['The front page, put together by three services', 'kubernetes/services.yaml', frontPage],
  ['A canary: 80 % of visitors get reviews v1, 20 % v2', 'kubernetes/canary.yaml', canary],
  ['A tester, known by a header, gets v3', 'kubernetes/canary.yaml', tester],
  ['ratings fails twice, and nobody notices: two retries', 'kubernetes/resilience.yaml', retries],
  ['ratings always fails: the caller is told after four attempts', 'kubernetes/resilience.yaml', retriesEnd],
  ['A fault on purpose: reviews has to live without ratings', 'kubernetes/resilience.yaml', fault],
  ['details is slow: its caller is not', 'kubernetes/resilience.yaml', timeout],
  ['REGISTRY_ONLY: only hosts that are listed', 'kubernetes/scopes.yaml, outside.yaml', registryOnly],
  ['Scopes: productpage does not know ratings', 'kubernetes/scopes.yaml', scope],
  ['Mutual TLS: everybody knows who calls', 'kubernetes/mtls.yaml', identities],
  ['STRICT: plaintext is refused', 'kubernetes/mtls.yaml', plaintext],
  ['A bad edit harms nothing', 'kubernetes/canary.yaml, edited', badEdit],
  ['All to v2, while visitors keep coming', 'kubernetes/canary.yaml, edited', liveChange],
]

export async function runChecks(world, { say, mark }) {
  const results = []
  for (const [title, file, check] of CHECKS) {
    const { isExpected, lines } = await resultOf(check, world)
    say(`\n${mark(isExpected)} ${title}  (${file})`)
    for (const line of lines) say(`    ${line}`)
    results.push({ title, isExpected })
  }
  return results
}

/** What cannot be found out has failed; only a stop ends the rest. */
async function resultOf(check, world) {
  try {
    return await check(world)
  } catch (error) {
    if (world.isStopping()) throw error
    return { isExpected: false, lines: [error.message] }
  }
}

async function frontPage({ visit }) {
  const { status, body } = await visit()
  const called = body?.calls ?? {}
  const isExpected =
    status === 200 &&
    called.details?.status === 200 &&
    called.details.body.calls.isbn?.status === 200 &&
    called.reviews?.status === 200
  return { isExpected, lines: [`${status}: ${tree(body)}`] }
}

async function canary({ visit }) {
  const answers = await many(CANARY.requests, () => visit())
  const { v1 = 0, v2 = 0, ...others } = tally(answers.map(versionOfReviews))
  const isExpected = v1 + v2 === CANARY.requests && v2 >= CANARY.least && v2 <= CANARY.most
  return { isExpected, lines: [`${CANARY.requests} requests: v1 ${v1}, v2 ${v2}${rest(others)}`] }
}

async function tester({ visit }) {
  const answers = await many(20, () => visit({ 'x-user': 'tester' }))
  const { v3 = 0, ...others } = tally(answers.map(versionOfReviews))
  return { isExpected: v3 === 20, lines: [`20 requests with x-user: tester: v3 ${v3}${rest(others)}`] }
}

async function retries({ callFrom }) {
  const { status, body } = await callFrom('reviews-v2', RATINGS, { 'x-fail': 'ratings=2' })
  const isExpected = status === 200 && body.attempt === 3
  return { isExpected, lines: [`reviews v2 got ${status}, from attempt ${body?.attempt}`] }
}

async function retriesEnd({ callFrom }) {
  const { status, body } = await callFrom('reviews-v2', RATINGS, { 'x-fail': 'ratings=9' })
  const isExpected = status === 503 && body.attempt === 4
  return { isExpected, lines: [`reviews v2 got ${status}, from attempt ${body?.attempt}`] }
}

async function fault({ visit }) {
  const { status, body } = await visit({ 'x-user': 'tester', 'x-chaos': 'broken' })
  const ratings = body?.calls?.reviews?.body?.calls?.ratings
  const isExpected = status === 200 && ratings?.status === 503 && ratings.body === 'fault filter abort'
  return { isExpected, lines: [`the visitor got ${status}; reviews got ${short(ratings)} instead of ratings`] }
}

async function timeout({ visit }) {
  // Far longer than the two seconds that `details` has: the answer is the same on a machine that is busy.
  const { status, body } = await visit({ 'x-slow': 'details=8000' })
  const details = body?.calls?.details
  const isExpected = status === 200 && details?.status === 504
  return { isExpected, lines: [`the visitor got ${status}; productpage got ${short(details)} from details`] }
}

async function registryOnly({ callFrom }) {
  const listed = await callFrom('details-v1', 'http://isbn.example.org:8000/')
  const other = await callFrom('details-v1', 'http://elsewhere.example.org:8000/')
  const isExpected = listed.status === 200 && other.status === 502
  return {
    isExpected,
    lines: [`details asks isbn.example.org: ${listed.status}`, `details asks elsewhere.example.org: ${other.status}`],
  }
}

async function scope({ callFrom, knownBy }) {
  const ratings = 'ratings.scores.svc.cluster.local'
  const [shop, books] = await Promise.all([knownBy('productpage-v1'), knownBy('reviews-v2')])
  const refused = await callFrom('productpage-v1', RATINGS)
  const isExpected = !shop.includes(ratings) && books.includes(ratings) && refused.status === 503
  return {
    isExpected,
    lines: [
      `the Envoy of productpage knows ${shop.join(', ')}`,
      `the Envoy of reviews v2 knows ${books.join(', ')}`,
      `productpage asks ratings all the same: ${short(refused)}`,
    ],
  }
}

async function identities({ visit }) {
  const { body } = await visit({ 'x-user': 'tester' })
  const spiffe = (namespace, account) => `spiffe://${TRUST_DOMAIN}/ns/${namespace}/sa/${account}`
  const seen = [
    ['productpage', body?.caller, 'nobody that showed a certificate'],
    ['details', body?.calls?.details?.body?.caller, spiffe('shop', 'productpage')],
    ['reviews', body?.calls?.reviews?.body?.caller, spiffe('shop', 'productpage')],
    ['ratings', body?.calls?.reviews?.body?.calls?.ratings?.body?.caller, spiffe('books', 'reviews')],
  ]
  return {
    isExpected: seen.every(([, caller, expected]) => caller === expected),
    lines: seen.map(([service, caller]) => `${service} was called by ${caller}`),
  }
}

async function plaintext({ knock }) {
  const refused = await knock('ratings-v1')
  const door = await knock('productpage-v1')
  const isExpected = refused.status === 0 && door.status === 200
  return {
    isExpected,
    lines: [
      `ratings, without a certificate: ${refused.status === 0 ? `no answer (${refused.body})` : refused.status}`,
      `productpage, whose front door is PERMISSIVE: ${door.status}`,
    ],
  }
}

async function badEdit({ visit, edit, until, heard }) {
  edit('kubernetes/canary.yaml', text => text.replace(/weight: (\d+)/, 'weight: -$1'))
  let finding
  await until(
    CHANGE_MS,
    'the bad edit to be noticed',
    () => (finding = heard(/canary\.yaml:\d+:\d+: [^\t\n]*/)) !== undefined,
  )
  const answers = await many(50, () => visit())
  edit('kubernetes/canary.yaml', text => text.replace('weight: -', 'weight: '))
  const { v1 = 0, v2 = 0, ...others } = tally(answers.map(versionOfReviews))
  return {
    isExpected: v1 + v2 === 50 && v1 > 0,
    lines: [`pillion serve says: ${finding}`, `50 requests: v1 ${v1}, v2 ${v2}${rest(others)}`],
  }
}

async function liveChange({ visit, edit, until }) {
  const versions = []
  let isRunning = true
  const visitor = async () => {
    while (isRunning) versions.push(versionOfReviews(await visit()))
  }
  const visitors = Array.from({ length: 4 }, visitor)
  try {
    await until(CHANGE_MS, 'visitors', () => versions.length > IN_A_ROW)
    edit('kubernetes/canary.yaml', allToSecond)
    await until(CHANGE_MS, 'the change to be there', () => versions.slice(-IN_A_ROW).every(version => version === 'v2'))
  } finally {
    isRunning = false
    await Promise.allSettled(visitors)
  }
  const { v1 = 0, v2 = 0, ...others } = tally(versions)
  return {
    isExpected: Object.keys(others).length === 0,
    lines: [
      `${versions.length} requests, ${versions.length - v1 - v2} failed; the last ${IN_A_ROW} all got v2${rest(others)}`,
    ],
  }
}

function allToSecond(text) {
  const weights = [0, 100]
  return text.replace(/weight: \d+/g, () => `weight: ${weights.shift()}`)
}

/** `productpage v1 (details v1 (isbn.example.org), reviews v1)` */
function tree(body) {
  if (typeof body !== 'object' || body === null) return String(body)
  const called = Object.values(body.calls ?? {}).map(({ status, body }) =>
    status === 200 ? tree(body) : short({ status, body }),
  )
  return `${[body.service, body.version].filter(Boolean).join(' ')}${called.length === 0 ? '' : ` (${called.join(', ')})`}`
}

function versionOfReviews({ status, body }) {
  const reviews = body?.calls?.reviews
  return status === 200 && reviews?.status === 200
    ? reviews.body.version
    : `failed with ${short(status === 200 ? reviews : { status, body })}`
}

function short(answer) {
  if (answer === undefined) return 'nothing'
  const { status, body } = answer
  const text = typeof body === 'string' && body !== '' ? ` "${body.slice(0, 80)}"` : ''
  return `${status}${text}`
}

function rest(others) {
  return Object.entries(others)
    .map(([what, count]) => `, ${what} ${count}`)
    .join('')
}

function tally(values) {
  const counts = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}

/** A few at a time. */
async function many(count, get) {
  const answers = []
  let left = count
  const worker = async () => {
    while (left-- > 0) answers.push(await get())
  }
  await Promise.all(Array.from({ length: 8 }, worker))
  return answers
}
