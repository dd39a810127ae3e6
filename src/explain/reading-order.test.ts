import { expect, it } from 'vitest'
import { compareNames } from './reading-order.js'

it.each([
  [
    'outbound|80||a.example',
    'outbound|80|v1|a.example',
    'outbound|80|v10|a.example',
    'outbound|9080||a.example',
    'outbound|80||b.example',
    'BlackHoleCluster',
    'PassthroughCluster',
    'inbound|8080||',
    'inbound|10000||',
    'InboundPassthroughCluster',
  ],
  ['0.0.0.0_80', '0.0.0.0_9080', '10.0.0.2_80', '10.0.0.10_80', 'virtualOutbound', 'virtualInbound'],
  ['80', '9080', '10000', 'a.example:80', 'unix:///tmp/s'],
])('names of resources are read in order: %s', (...names) => {
  expect([...names].reverse().sort(compareNames)).toEqual(names)
})
