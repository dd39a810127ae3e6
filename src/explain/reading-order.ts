import {
  BLACK_HOLE_CLUSTER,
  DYNAMIC_DNS_CLUSTER,
  INBOUND_PASSTHROUGH_CLUSTER,
  PASSTHROUGH_CLUSTER,
  parseOutboundName,
  VIRTUAL_INBOUND_LISTENER,
  VIRTUAL_OUTBOUND_LISTENER,
} from '../xds/resources/names.js'

/** Stands for all of them. */
const INBOUND = 'inbound|'
/** What every proxy has, after what its mesh gives it; what is served last. */
const LAST = [
  BLACK_HOLE_CLUSTER,
  PASSTHROUGH_CLUSTER,
  DYNAMIC_DNS_CLUSTER,
  VIRTUAL_OUTBOUND_LISTENER,
  INBOUND,
  INBOUND_PASSTHROUGH_CLUSTER,
  VIRTUAL_INBOUND_LISTENER,
]

/**
 * Order of names of resources for people, whatever order they are sent in: by host, port and subset, a cluster before its subsets;
 * ports as numbers; what every proxy has at the end.
 */
export function compareNames(a: string, b: string): number {
  const rank = rankOf(a) - rankOf(b)
  if (rank !== 0) return rank
  const [one, other] = [parseOutboundName(a), parseOutboundName(b)]
  if (one === undefined || other === undefined) return compareTexts(a, b)
  return compareTexts(one.host, other.host) || one.port - other.port || compareTexts(one.subset, other.subset)
}

function rankOf(name: string): number {
  return LAST.indexOf(name.startsWith(INBOUND) ? INBOUND : name)
}

const collator = new Intl.Collator('en', { numeric: true })

/** Numbers in texts by their value: `0.0.0.0_80` before `0.0.0.0_9080`. */
function compareTexts(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b))
}
