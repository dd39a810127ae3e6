import { describe, expect, it } from 'vitest'
import { parseCondition } from './condition.js'

const object = {
  kind: 'Pod',
  metadata: { name: 'web-1', labels: { app: 'web' } },
  spec: { ports: [80, 443], names: ['b', 'a'], cpu: '1500m', site: 'https://[2001:db8::1]:8443/a%20b?c=d' },
}

function result(expression: string): unknown {
  const condition = parseCondition('c', expression)
  if (!condition.ok) return `not compiled: ${condition.error}`
  const evaluated = condition.value.evaluate({ object, oldObject: null, request: {} })
  return evaluated.ok ? evaluated.value : `failed: ${evaluated.error}`
}

describe('functions that API servers add to CEL', () => {
  it.each([
    'matches(object.metadata.name, "^w(e|b)+-[0-9]$")',
    'object.metadata.name.find("[0-9]+") == "1"',
    'object.metadata.name.find("x") == ""',
    '"a1b22".findAll("[0-9]+") == ["1", "22"]',
    '"a1b22".findAll("[0-9]+", 1) == ["1"]',
    '"häuser".charAt(1) == "ä" && "a".charAt(1) == ""',
    'object.metadata.name.replace("-", "$&") == "web$&1"',
    '"aaa".replace("a", "b", 2) == "bba" && "aaa".replace("a", "b", -1) == "bbb"',
    'object.spec.ports.sum() == 523 && [1.5, 2.5].sum() == 4.0',
    'object.spec.ports.min() == 80 && object.spec.names.max() == "b"',
    'object.spec.ports.isSorted() && !object.spec.names.isSorted()',
    'object.spec.names.indexOf("a") == 1 && ["a", "a"].lastIndexOf("a") == 1 && ["a"].indexOf("x") == -1',
    'sets.contains(object.spec.ports, [443]) && !sets.contains([1], [1, 2])',
    'sets.equivalent([1, 1, 2], [2, 1]) && sets.intersects([[1], [2]], [[2]]) && !sets.intersects([], [1])',
    'isURL(object.spec.site) && isURL("/a/b") && !isURL("a/b")',
    'url(object.spec.site).getScheme() == "https" && url(object.spec.site).getHostname() == "2001:db8::1"',
    'url(object.spec.site).getHost() == "[2001:db8::1]:8443" && url(object.spec.site).getPort() == "8443"',
    'url(object.spec.site).getEscapedPath() == "/a%20b" && url("/p").getScheme() == ""',
    'isQuantity(object.spec.cpu) && !isQuantity("1 core")',
    'quantity(object.spec.cpu).isGreaterThan(quantity("1")) && quantity("1Mi").isLessThan(quantity("1Gi"))',
    'quantity("500m").add(quantity("1500m")).asInteger() == 2 && quantity("2").sub(1).compareTo(quantity("1")) == 0',
    'quantity("1500m").asApproximateFloat() == 1.5 && !quantity("1500m").isInteger() && quantity("-1").sign() == -1',
  ])('%s', expression => {
    expect(result(expression)).toBe(true)
  })

  it.each([
    ['"a".charAt(2) == "x"', /^failed: index out of range: 2/],
    ['[].min() == 1', /^failed: an empty list/],
    ['url("x").getHost() == ""', /^failed: "x" is no URL/],
    ['quantity("x").isInteger()', /^failed: .*"?x"?/],
    ['"a".find("(?=a)") == ""', /^failed: invalid regular expression/],
    ['nobody.knows(1)', /^not compiled: /],
  ])('%s is an error', (expression, message) => {
    expect(result(expression)).toMatch(message)
  })

  it('take no longer for a pattern that backtracks elsewhere', () => {
    expect(result(`"${'a'.repeat(50)}!".find("^(a+)+$") == ""`)).toBe(true)
  })
})
