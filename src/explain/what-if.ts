import { type InjectionConfig, parseInjectionConfig } from '../config/injection-config.js'
import type { WebhookConfiguration, WebhookEntry } from '../config/webhook-configuration.js'
import type { InjectionSetup } from '../inject/index.js'
import { emptyObject, isJsonObject, type JsonObject } from '../lang/json.js'
import { err, ok, type Result } from '../lang/result.js'
import { isLabelKey, isLabelValue, type LabelSelector, parseSelectorText, selectorToJson } from '../lang/selector.js'
import type { ClusterFacts, NamespaceFacts, Path, Subject } from './types.js'

/** One thing to imagine. A value of null takes the label or annotation away. */
export type WhatIf =
  | {
      readonly kind: 'namespace-label'
      readonly namespace: string
      readonly key: string
      readonly value: string | null
    }
  | {
      readonly kind: 'pod-label' | 'pod-annotation'
      /** `name`, `namespace/name`; a star stands for any text. */
      readonly workload: string
      readonly key: string
      readonly value: string | null
    }
  | { readonly kind: 'policy'; readonly policy: string }
  | {
      readonly kind: 'config-selector'
      readonly list: 'neverInjectSelector' | 'alwaysInjectSelector'
      readonly selectors: readonly LabelSelector[]
    }
  | {
      readonly kind: 'webhook-selector'
      /** Name of a configuration, of an entry, or `configuration/entry`. */
      readonly webhook: string
      readonly field: 'namespaceSelector' | 'objectSelector'
      readonly selector: LabelSelector
    }
  | { readonly kind: 'remove-webhook'; readonly webhook: string }

/** How changes are written, with what each means; for `--help` and for messages. */
export const WHAT_IF_FORMS: readonly (readonly [form: string, meaning: string])[] = [
  ['label-namespace:NAMESPACE:KEY=VALUE', 'the namespace has this label'],
  ['unlabel-namespace:NAMESPACE:KEY', 'the namespace does not have this label'],
  ['label-pod:WORKLOAD:KEY=VALUE', 'the pods of the workload have this label (WORKLOAD: name, namespace/name, with *)'],
  ['unlabel-pod:WORKLOAD:KEY', 'they do not have it'],
  ['annotate-pod:WORKLOAD:KEY=VALUE', 'they have this annotation'],
  ['unannotate-pod:WORKLOAD:KEY', 'they do not have it'],
  ['policy=enabled|disabled', 'policy of the injection configuration'],
  ['neverInjectSelector=SELECTORS', 'selectors of the injection configuration, with ; between them; nothing: none'],
  ['alwaysInjectSelector=SELECTORS', 'the same'],
  ['namespaceSelector:WEBHOOK=SELECTOR', 'of a webhook (name of its configuration, its own, or configuration/name)'],
  ['objectSelector:WEBHOOK=SELECTOR', 'the same'],
  ['remove-webhook:WEBHOOK', 'the webhook, or the whole configuration, is not there'],
]

/** Reads one change; the error is one sentence. */
export function parseWhatIf(text: string): Result<WhatIf, string> {
  const verb = /^[A-Za-z-]+/.exec(text)?.[0] ?? ''
  const rest = text.slice(verb.length)
  const read = FORMS.get(verb)
  if (read === undefined) {
    return err(`${JSON.stringify(text)} starts with none of ${[...FORMS.keys()].join(', ')}`)
  }
  const parsed = read(rest)
  if (parsed.ok) return parsed
  const form = WHAT_IF_FORMS.find(([line]) => line.startsWith(`${verb}:`) || line.startsWith(`${verb}=`))?.[0]
  return err(`${JSON.stringify(text)}: ${parsed.error} (${form})`)
}

type Read = (rest: string) => Result<WhatIf, string>

const FORMS: ReadonlyMap<string, Read> = new Map<string, Read>([
  [
    'label-namespace',
    rest => labelled(rest, true, (namespace, pair) => ({ kind: 'namespace-label', namespace, ...pair })),
  ],
  [
    'unlabel-namespace',
    rest => labelled(rest, false, (namespace, pair) => ({ kind: 'namespace-label', namespace, ...pair })),
  ],
  ['label-pod', rest => labelled(rest, true, (workload, pair) => ({ kind: 'pod-label', workload, ...pair }))],
  ['unlabel-pod', rest => labelled(rest, false, (workload, pair) => ({ kind: 'pod-label', workload, ...pair }))],
  [
    'annotate-pod',
    rest => labelled(rest, true, (workload, pair) => ({ kind: 'pod-annotation', workload, ...pair }), true),
  ],
  [
    'unannotate-pod',
    rest => labelled(rest, false, (workload, pair) => ({ kind: 'pod-annotation', workload, ...pair })),
  ],
  ['policy', rest => readPolicy(rest)],
  ['neverInjectSelector', rest => readConfigSelectors('neverInjectSelector', rest)],
  ['alwaysInjectSelector', rest => readConfigSelectors('alwaysInjectSelector', rest)],
  ['namespaceSelector', rest => readWebhookSelector('namespaceSelector', rest)],
  ['objectSelector', rest => readWebhookSelector('objectSelector', rest)],
  [
    'remove-webhook',
    rest =>
      rest.length > 1 && rest.startsWith(':')
        ? ok({ kind: 'remove-webhook', webhook: rest.slice(1) })
        : err('names no webhook'),
  ],
])

interface Pair {
  readonly key: string
  readonly value: string | null
}

/** `:TARGET:KEY=VALUE`, or `:TARGET:KEY` where the key is taken away. */
function labelled(
  rest: string,
  hasValue: boolean,
  make: (target: string, pair: Pair) => WhatIf,
  isFreeText = false,
): Result<WhatIf, string> {
  const [, target, key, value] = /^:([^:=]+):([^=]+)(?:=(.*))?$/s.exec(rest) ?? []
  if (target === undefined || key === undefined) return err('is not of this form')
  if (hasValue !== (value !== undefined)) return err(hasValue ? 'has no =VALUE' : 'takes no =VALUE')
  if (!isLabelKey(key)) return err(`${JSON.stringify(key)} is not a valid key`)
  if (!isFreeText && value !== undefined && !isLabelValue(value))
    return err(`${JSON.stringify(value)} is not a label value`)
  return ok(make(target, { key, value: value ?? null }))
}

function readPolicy(rest: string): Result<WhatIf, string> {
  return rest.startsWith('=') ? ok({ kind: 'policy', policy: rest.slice(1) }) : err('is not of this form')
}

function readConfigSelectors(
  list: 'neverInjectSelector' | 'alwaysInjectSelector',
  rest: string,
): Result<WhatIf, string> {
  if (!rest.startsWith('=')) return err('is not of this form')
  const selectors: LabelSelector[] = []
  for (const text of rest.slice(1).split(';')) {
    if (text.trim() === '') continue
    const parsed = parseSelectorText(text)
    if (!parsed.ok) return parsed
    selectors.push(parsed.value)
  }
  return ok({ kind: 'config-selector', list, selectors })
}

function readWebhookSelector(field: 'namespaceSelector' | 'objectSelector', rest: string): Result<WhatIf, string> {
  const [, webhook, text] = /^:([^=]+)=(.*)$/s.exec(rest) ?? []
  if (webhook === undefined || text === undefined) return err('is not of this form')
  const selector = parseSelectorText(text)
  return selector.ok ? ok({ kind: 'webhook-selector', webhook, field, selector: selector.value }) : selector
}

/** All that an explanation is made from. */
export interface World {
  readonly setup: InjectionSetup
  readonly cluster: ClusterFacts
  readonly subjects: readonly Subject[]
}

/** The world after the changes, in their order. The error names a change that has nothing to act on. */
export function imagine(world: World, changes: readonly WhatIf[]): Result<World, string> {
  let imagined = world
  for (const change of changes) {
    const next = imagineOne(imagined, change)
    if (!next.ok) return next
    imagined = next.value
  }
  return ok(imagined)
}

function imagineOne(world: World, change: WhatIf): Result<World, string> {
  switch (change.kind) {
    case 'namespace-label':
      return ok({ ...world, cluster: withNamespaceLabel(world.cluster, change) })
    case 'pod-label':
    case 'pod-annotation':
      return withPodEntry(world, change)
    case 'policy':
      return ok(withConfig(world, { policy: change.policy }, ['policy']))
    case 'config-selector':
      return withSelectors(world, change)
    case 'webhook-selector':
      return withWebhooks(world, change.webhook, entry => [{ ...entry, [change.field]: change.selector }])
    case 'remove-webhook':
      return withoutWebhook(world, change.webhook)
  }
}

type Of<Kind extends WhatIf['kind']> = Extract<WhatIf, { kind: Kind }>

/** A namespace that no manifest describes is taken to have no other labels. */
function withNamespaceLabel(cluster: ClusterFacts, { namespace, key, value }: Of<'namespace-label'>): ClusterFacts {
  const known = cluster.namespaces.get(namespace) ?? unknownNamespace(namespace)
  const labels = without(known.labels, key)
  if (value !== null) labels[key] = value
  const locate = hiding(known.locate, ['metadata', 'labels', key])
  return { ...cluster, namespaces: new Map([...cluster.namespaces, [namespace, { ...known, labels, locate }]]) }
}

function unknownNamespace(name: string): NamespaceFacts {
  return { name, labels: { 'kubernetes.io/metadata.name': name }, annotations: new Map(), locate: () => undefined }
}

function without(map: Readonly<Record<string, string>>, key: string): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== key))
}

/** What is imagined stands in no file. */
function hiding<T>(locate: (path: Path) => T | undefined, hidden: Path): (path: Path) => T | undefined {
  return path => (hidden.every((step, i) => path[i] === step) ? undefined : locate(path))
}

function withPodEntry(world: World, change: Of<'pod-label' | 'pod-annotation'>): Result<World, string> {
  const pattern = patternOf(change.workload)
  let count = 0
  const subjects = world.subjects.map(subject => {
    const { name, namespace } = subject
    if (!pattern(change.workload.includes('/') ? `${namespace.name}/${name}` : name)) return subject
    count++
    return changedSubject(subject, change)
  })
  return count === 0 ? err(`no workload is called ${change.workload}`) : ok({ ...world, subjects })
}

/** Stars only, compared piece by piece: no regular expression is made of what a user types. */
function patternOf(text: string): (name: string) => boolean {
  const pieces = text.split('*')
  return name => {
    const [first, last] = [pieces[0]!, pieces.at(-1)!]
    if (pieces.length === 1) return name === text
    if (!name.startsWith(first) || !name.slice(first.length).endsWith(last)) return false
    let at = first.length
    for (const piece of pieces.slice(1, -1)) {
      const found = name.indexOf(piece, at)
      if (found === -1 || found + piece.length > name.length - last.length) return false
      at = found + piece.length
    }
    return true
  }
}

function changedSubject(subject: Subject, { kind, key, value }: Of<'pod-label' | 'pod-annotation'>): Subject {
  const field = kind === 'pod-label' ? 'labels' : 'annotations'
  const metadata = copyOf(subject.pod['metadata'])
  const map = copyOf(metadata[field])
  if (value === null) delete map[key]
  else map[key] = value
  metadata[field] = map
  const pod = copyOf(subject.pod)
  pod['metadata'] = metadata
  return { ...subject, pod, locate: hiding(subject.locate, ['metadata', field, key]) }
}

function copyOf(value: unknown): JsonObject {
  const copy = emptyObject()
  if (isJsonObject(value)) for (const key of Object.keys(value)) copy[key] = value[key]!
  return copy
}

function withConfig(world: World, changes: Partial<InjectionConfig>, hidden: Path): World {
  const { config } = world.setup
  return {
    ...world,
    setup: { ...world.setup, config: { ...config, ...changes, locate: hiding(config.locate, hidden) } },
  }
}

/** Selectors are read as if they stood in the file, with the same rules for empty and invalid ones. */
function withSelectors(world: World, { list, selectors }: Of<'config-selector'>): Result<World, string> {
  const read = parseInjectionConfig(JSON.stringify({ [list]: selectors.map(selectorToJson) }))
  if (!read.ok) return err(read.error.map(({ message }) => message).join('; '))
  return ok(withConfig(world, { [list]: read.value[list] }, [list]))
}

/** What is imagined away is known to be away. */
function withoutWebhook(world: World, name: string): Result<World, string> {
  const left = withWebhooks(world, name, () => [])
  return left.ok ? ok({ ...left.value, cluster: { ...left.value.cluster, isComplete: true } }) : left
}

function withWebhooks(
  world: World,
  name: string,
  change: (entry: WebhookEntry) => readonly WebhookEntry[],
): Result<World, string> {
  let count = 0
  const webhooks = world.cluster.webhooks.map((configuration): WebhookConfiguration => {
    const entries = configuration.entries.flatMap(entry => {
      const names = [configuration.name, entry.name, `${configuration.name}/${entry.name}`]
      if (!names.includes(name)) return [entry]
      count++
      return change(entry)
    })
    return { ...configuration, entries }
  })
  return count === 0 ? err(`no webhook is called ${name}`) : ok({ ...world, cluster: { ...world.cluster, webhooks } })
}
