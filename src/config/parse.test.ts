import { describe, expect, it } from 'vitest'
import { formatProblem } from '../lang/problem.js'
import { parseYamlStream } from '../lang/yaml/index.js'
import { openCrdChecker } from './crd/index.js'
import { isSameObject } from './object.js'
import { parseConfigDocuments } from './parse.js'
import { isOfType } from './specs.js'

function parse(text: string) {
  return parseConfigDocuments(parseYamlStream(text, { file: 'a.yaml' }), { file: 'a.yaml', schemas: openCrdChecker() })
}

/** An object of Istio's networking group, its spec given as indented YAML. */
function networking(kind: string, spec: string, version = 'v1'): string {
  return `apiVersion: networking.istio.io/${version}\nkind: ${kind}\nmetadata:\n  name: x\nspec:\n${spec}`
}

describe('parseConfigDocuments', () => {
  it('gives canonical specs whatever the spelling', () => {
    const spellings = [
      '  host: a.b\n  trafficPolicy:\n    loadBalancer: {simple: LEAST_REQUEST}\n    outlierDetection: {interval: 90s}\n',
      '  host: a.b\n  trafficPolicy:\n    loadBalancer: {simple: LEAST_REQUEST}\n    outlierDetection: {interval: 1m30s}\n  subsets: []\n',
      '  host: a.b\n  traffic_policy:\n    load_balancer: {simple: LEAST_REQUEST}\n    outlier_detection: {interval: 1.5m}\n',
    ]
    const objects = spellings.map(spec => {
      const { objects, problems } = parse(networking('DestinationRule', spec))
      expect(problems.map(formatProblem)).toEqual([])
      return objects[0]!
    })
    for (const object of objects) expect(isSameObject(object, objects[0]!)).toBe(true)
    expect(JSON.parse(JSON.stringify(objects[2]!.spec))).toEqual({
      host: 'a.b',
      trafficPolicy: { loadBalancer: { simple: 'LEAST_REQUEST' }, outlierDetection: { interval: '90s' } },
    })
  })

  it('names a mesh config that lies among the objects, and goes on', () => {
    const { objects, problems, isBroken } = parse(
      `trustDomain: a\n---\n${networking('DestinationRule', '  host: a\n')}`,
    )
    expect(problems.map(formatProblem)).toEqual([
      'a.yaml:1:1: a mesh config is not read here: name the file with --meshConfig',
    ])
    expect({ objects: objects.length, isBroken }).toEqual({ objects: 1, isBroken: false })
    expect(parse('trustDomain: a\nspec: {}\n')).toMatchObject({ isBroken: true, problems: [{ code: 'no-kind' }] })
  })

  it('takes every served version of a kind, and names the ones there are', () => {
    for (const version of ['v1', 'v1beta1', 'v1alpha3']) {
      expect(parse(networking('DestinationRule', '  host: a\n', version)).objects).toHaveLength(1)
    }
    const [problem] = parse(networking('DestinationRule', '  host: a\n', 'v2')).problems
    expect(problem).toMatchObject({ code: 'no-version', path: 'apiVersion', position: { line: 1 } })
    expect(problem?.message).toContain('v1, v1beta1, v1alpha3')
  })

  // Expected: the problem as a user reads it.
  it.each([
    ['  host: a\n  hots: b\n', 'a.yaml:7:3: unknown field "hots"; did you mean host? (spec.hots)'],
    ['  host: 3\n', 'a.yaml:6:3: expected text, not 3 (spec.host)'],
    [
      '  host: a\n  trafficPolicy:\n    outlierDetection:\n      interval: soon\n',
      'a.yaml:9:7: expected a duration such as "5s" or "250ms", not "soon" (spec.trafficPolicy.outlierDetection.interval)',
    ],
  ])('says where %j is wrong', (spec, expected) => {
    const { problems, objects, invalid } = parse(networking('DestinationRule', spec))
    expect(problems.map(formatProblem)).toContain(expected)
    expect(objects).toEqual([])
    expect(invalid).toEqual(['DestinationRule/default/x'])
  })

  it('reads lists, each item with its own place, and lets one bad item harm no other', () => {
    const item = (name: string, host: string) =>
      `- apiVersion: networking.istio.io/v1\n  kind: DestinationRule\n  metadata:\n    name: ${name}\n  spec:\n    host: ${host}\n`
    const { objects, problems } = parse(
      `apiVersion: v1\nkind: List\nitems:\n${item('a', 'a')}${item('b', '""')}${item('c', 'c')}`,
    )
    expect(objects.map(({ name, source }) => [name, source?.line, source?.column])).toEqual([
      ['a', 4, 1],
      ['c', 16, 1],
    ])
    expect(problems).toHaveLength(1)
    expect(problems[0]?.position?.line).toBe(15)
  })

  it('fills in the kind of typed lists', () => {
    const list =
      '{"apiVersion":"v1","kind":"ServiceList","items":[{"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}]}'
    const [service] = parse(list).objects
    expect(service && isOfType(service, 'Service') && service.spec.ports).toEqual([{ protocol: 'TCP', port: 80 }])
  })

  it('ignores kinds that it does not read, and says which', () => {
    const { ignored, problems, isBroken } = parse('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n')
    expect(ignored).toEqual([
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', position: { file: 'a.yaml', line: 1, column: 1 } },
    ])
    expect([problems, isBroken]).toEqual([[], false])
  })

  it('reads files of other systems: CRLF, a byte order mark', () => {
    const text = `\ufeff${networking('DestinationRule', '  host: a\n  exportTo: ["?"]\n')}`.replaceAll('\n', '\r\n')
    const { problems } = parse(text.slice(1))
    expect(problems.map(({ position, path }) => [position?.line, path])).toEqual([[7, 'spec.exportTo[0]']])
  })

  it('takes names like __proto__ for data', () => {
    const text = networking('DestinationRule', '  host: a\n  __proto__: {polluted: true}\n')
    expect(parse(text).problems.map(({ code }) => code)).toContain('unknown-field')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    const labelled = parse(
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ns\n  labels:\n    constructor: a\n    __proto__: b\n',
    )
    expect(Object.keys(labelled.objects[0]!.labels)).toEqual(['constructor', '__proto__'])
  })

  it('keeps a pattern that JavaScript would take but RE2 does not, and a long one, from being used', () => {
    const route = (regex: string) =>
      networking(
        'VirtualService',
        `  hosts: [a.b]\n  http:\n  - match: [{uri: {regex: ${JSON.stringify(regex)}}}]\n    route: [{destination: {host: a}}]\n`,
      )
    for (const regex of ['(?=a)', '(a)\\1', 'a'.repeat(1_025), '(']) {
      expect(parse(route(regex)).problems.map(({ path }) => path)).toEqual(['spec.http[0].match[0].uri.regex'])
    }
    expect(parse(route('(a+)+$')).problems).toEqual([])
  })

  it('checks the rules of the CRD, which look across fields', () => {
    const { problems } = parse(networking('WorkloadEntry', '  address: unix:///dir/\n'))
    expect(problems.map(({ code }) => code)).toContain('schema-rule')
    const ports = parse(
      networking('ServiceEntry', '  hosts: [a.b]\n  ports: [{name: a, number: 1}, {name: b, number: 1}]\n'),
    )
    expect(ports.problems.map(({ message }) => message)).toContain('port number cannot be duplicated')
  })
})
