import { describe, expect, it } from 'vitest'
import { hostsOverlap } from './hostname.js'
import { hostScopes, type PortScope } from './port-scope.js'
import type { OutlinedListener, VirtualOutline } from './scope.js'
import type { Service } from './service.js'

const service = (host: string, namespace = 'shop') =>
  ({ host, namespace, ports: [{ name: 'any', port: 80, protocol: 'auto' }] }) as unknown as Service
const virtual = (name: string, hosts: readonly string[]) => ({ name, spec: { hosts } }) as unknown as VirtualOutline

describe('hostScopes', () => {
  it('gives each host its services, and the VirtualServices that speak of it, in the order of the listener', () => {
    const hosts = ['a.shop', 'b.shop', '*.shop', 'c.far.shop', 'd.example']
    const services = [...hosts.map(host => service(host)), service('a.shop', 'other')]
    const virtualServices = [
      virtual('wild', ['*.shop']),
      virtual('two', ['b.shop', 'a.shop']),
      virtual('far', ['*.far.shop']),
      virtual('every', ['*']),
      virtual('none', ['e.example']),
      virtual('again', ['a.shop', 'a.shop', '*.shop']),
    ]
    const listener = { port: undefined, bind: '', services, virtualServices } as unknown as OutlinedListener
    const whole: PortScope = { port: 80, egress: [listener] }
    const found = hostScopes(whole).map(([key, { port, egress }]) => [
      key,
      port,
      egress[0]?.services.map(each => `${each.namespace}/${each.host}`),
      egress[0]?.virtualServices.map(({ name }) => name),
    ])
    const expected = hosts.map(host => [
      `${host}:80`,
      80,
      services.filter(each => each.host === host).map(each => `${each.namespace}/${each.host}`),
      virtualServices.filter(({ spec }) => spec.hosts?.some(each => hostsOverlap(each, host))).map(({ name }) => name),
    ])
    expect(found).toEqual(expected)
  })
})
