// `pillion inject` and `pillion uninject` as a user runs them: processes, files, pipes, exit codes.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandAnswer, runSpawned } from '../kit/command.js'

const CONFIG = `policy: enabled
defaultTemplates: [sidecar]
templates:
  sidecar: |
    spec:
      containers:
      - name: istio-proxy
        image: proxy:{{ .Values.global.tag }}
  labels: |
    metadata:
      labels:
        added: "{{ .ObjectMeta.Name }}"
  broken: |
    spec:
      containers:
      - name: istio-proxy
        image: {{ .NoSuchField }}
`

const deployment = (name: string, metadata = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
${metadata}    spec:
      containers:
      - name: app
        image: app:1
`

let folder: string
const path = (name: string): string => join(folder, name)
const put = (name: string, text: string | Uint8Array): void => writeFileSync(path(name), text)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pillion-inject-'))
  put('config.yaml', CONFIG)
  put('values.yaml', 'global:\n  tag: "1.2"\n')
  put('mesh.yaml', 'enableTracing: true\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const FILES = ['--injectConfigFile', 'config.yaml', '--valuesFile', 'values.yaml', '--meshConfigFile', 'mesh.yaml']

const pillion = (args: readonly string[], stdin = ''): Promise<CommandAnswer> =>
  runSpawned({ args, stdin, cwd: folder })
const inject = (args: readonly string[], stdin = ''): Promise<CommandAnswer> =>
  pillion(['inject', ...FILES, ...args], stdin)

describe('pillion inject', () => {
  it.each(['inject', 'kube-inject'])('%s reads standard input and writes standard output', async name => {
    const answer = await pillion([name, ...FILES, '-f', '-'], deployment('web'))
    expect(answer).toMatchObject({ code: 0, stderr: '' })
    expect(answer.stdout).toContain('image: proxy:1.2')
    expect(answer.stdout.endsWith('---\n')).toBe(true)
  })

  it('searches folders, in the order of their paths, and leaves other files alone', async () => {
    mkdirSync(path('tree/inner'), { recursive: true })
    put('tree/b.yaml', deployment('second'))
    put(
      'tree/a.json',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'first' },
        spec: { containers: [{ name: 'app' }] },
      }),
    )
    put('tree/inner/c.yml', deployment('third'))
    put('tree/notes.txt', 'not: [yaml')
    const answer = await inject(['-f', 'tree'])
    expect(answer).toMatchObject({ code: 0, stderr: '' })
    expect([...answer.stdout.matchAll(/^ {2}name: (\w+)$/gm)].map(match => match[1])).toEqual([
      'first',
      'second',
      'third',
    ])
    expect(answer.stdout.match(/image: proxy:1\.2/g)).toHaveLength(3)
  })

  it('takes a file that is named twice once', async () => {
    put('once.yaml', deployment('once'))
    const answer = await inject(['-f', 'once.yaml', '-f', './once.yaml'])
    expect(answer.stdout.match(/kind: Deployment/g)).toHaveLength(1)
  })

  it('passes documents of other kinds byte for byte', async () => {
    const other =
      '# kept\nkind:   ConfigMap\napiVersion: v1\nmetadata: {name: "x"}   # odd   spacing\ndata:\n  a: &a "1"\n'
    const answer = await inject(['-f', '-'], `${other}---\n${deployment('web')}`)
    expect(answer.stdout.startsWith(`${other}---\n`)).toBe(true)
    expect(answer.stdout).toContain('image: proxy:1.2')
  })

  it('writes -o whole, through links, with its permissions, and stays silent', async () => {
    put('real.yaml', 'old')
    chmodSync(path('real.yaml'), 0o640)
    symlinkSync('real.yaml', path('link.yaml'))
    put('in.yaml', deployment('web'))
    expect(await inject(['-f', 'in.yaml', '-o', 'link.yaml'])).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(readFileSync(path('real.yaml'), 'utf8')).toContain('image: proxy:1.2')
    expect(statSync(path('real.yaml')).mode & 0o777).toBe(0o640)
  })

  it('may write over its input', async () => {
    put('same.yaml', deployment('web'))
    expect((await inject(['-f', 'same.yaml', '-o', 'same.yaml'])).code).toBe(0)
    expect(readFileSync(path('same.yaml'), 'utf8')).toContain('image: proxy:1.2')
  })

  it('leaves -o as it was when a document fails, and no other file behind', async () => {
    mkdirSync(path('out'))
    put('out/o.yaml', 'before')
    const bad = deployment('bad', '      annotations:\n        inject.istio.io/templates: nope\n')
    const answer = await inject(['-f', '-', '-o', 'out/o.yaml'], `${deployment('good')}---\n${bad}`)
    expect(answer.code).toBe(3)
    expect(readdirSync(path('out'))).toEqual(['o.yaml'])
    expect(readFileSync(path('out/o.yaml'), 'utf8')).toBe('before')
  })

  it('says in one line why something is skipped, and writes it all the same', async () => {
    const skipped = deployment('host').replace('    spec:\n', '    spec:\n      hostNetwork: true\n')
    const answer = await inject(['-f', '-'], skipped)
    expect(answer.code).toBe(0)
    expect(answer.stderr).toBe('===> Skipping injection because Deployment "host" has host networking enabled\n')
    expect(answer.stdout).toContain('hostNetwork: true')
    expect(answer.stdout).not.toContain('istio-proxy')
  })

  it('works without any configuration file, and says what it uses', async () => {
    const answer = await pillion(['inject', '-f', '-'], deployment('web'))
    expect(answer.code).toBe(0)
    expect(answer.stderr).toContain('built-in injection configuration, values and mesh config')
    expect(answer.stdout).toContain('istio-proxy')
  })

  it('takes one bare template instead of a configuration', async () => {
    put('bare.yaml', 'spec:\n  containers:\n  - name: istio-proxy\n    image: bare:{{ .Values.global.tag }}\n')
    const answer = await inject(['--injectConfigFile', 'bare.yaml', '-f', '-'], deployment('web'))
    expect(answer.stdout).toContain('image: bare:1.2')
  })

  describe('answers bad input with exit code and reason', () => {
    it.each([
      { name: 'no file', args: [], stdin: '', code: 2, says: /filename not specified \(see --filename or -f\)/ },
      { name: 'an unknown flag', args: ['--fielname', 'x'], stdin: '', code: 2, says: /--fielname/ },
      {
        name: 'a missing file',
        args: ['-f', 'no.yaml'],
        stdin: '',
        code: 3,
        says: /open no\.yaml: no such file or directory/,
      },
      {
        name: 'a missing configuration',
        args: ['-f', '-', '--valuesFile', 'no.json'],
        stdin: '',
        code: 3,
        says: /no\.json/,
      },
      {
        name: 'an empty folder',
        args: ['-f', 'empty'],
        stdin: '',
        code: 3,
        says: /no \.yaml, \.yml or \.json files in empty/,
      },
      {
        name: 'an output folder that is absent',
        args: ['-f', '-', '-o', 'no/x'],
        stdin: '',
        code: 3,
        says: /open no\/x: no such/,
      },
      { name: 'no YAML', args: ['-f', '-'], stdin: 'kind: Pod\nspec: [\n', code: 3, says: /-:\d+:\d+: / },
      {
        name: 'a list that is no list',
        args: ['-f', '-'],
        stdin: 'apiVersion: v1\nkind: Pod\nspec:\n  containers: 3\n',
        code: 3,
        says: /-:\d+:\d+: .*containers/,
      },
      {
        name: 'a wrong type inside',
        args: ['-f', '-'],
        stdin: 'apiVersion: v1\nkind: Pod\nmetadata:\n  labels: [a]\n',
        code: 3,
        says: /-:\d+:\d+: .*labels/,
      },
      {
        name: 'bytes that are no text',
        args: ['-f', 'binary.yaml'],
        stdin: '',
        code: 3,
        says: /binary\.yaml is not UTF-8 text/,
      },
    ])('$name', async ({ args, stdin, code, says }) => {
      mkdirSync(path('empty'), { recursive: true })
      put('binary.yaml', Uint8Array.of(0x6b, 0xff, 0xfe, 0x00))
      const answer = await inject(args, stdin)
      expect(answer.stderr).toMatch(says)
      expect(answer.stdout).toBe('')
      expect(answer.code).toBe(code)
    })

    it('documents that are no objects are copied, as the reference does', async () => {
      const answer = await inject(['-f', '-'], 'just text\n---\n- a\n- b\n')
      expect(answer).toEqual({ code: 0, stderr: '', stdout: 'just text\n---\n- a\n- b\n---\n' })
    })

    it('an unknown template, with what there is', async () => {
      const annotated = deployment('web', '      annotations:\n        inject.istio.io/templates: sidecar,nope\n')
      const answer = await inject(['-f', '-'], annotated)
      expect(answer.code).toBe(3)
      expect(answer.stderr).toMatch(/Deployment "web".*"nope".*sidecar/)
    })

    it('a template that fails, with its position', async () => {
      const annotated = deployment('web', '      annotations:\n        inject.istio.io/templates: broken\n')
      const answer = await inject(['-f', '-'], annotated)
      expect(answer.code).toBe(3)
      expect(answer.stderr).toMatch(/config\.yaml:\d+:\d+: .*NoSuchField|inject:4:\d+.*NoSuchField/)
    })

    it('every invalid annotation at once', async () => {
      const lines = ['sidecar.istio.io/interceptionMode: bad', 'status.sidecar.istio.io/port: x']
      const annotated = deployment('web', `      annotations:\n${lines.map(line => `        ${line}\n`).join('')}`)
      const answer = await inject(['-f', '-'], annotated)
      expect(answer.code).toBe(3)
      const places = [...answer.stderr.matchAll(/^pillion: -:(\d+:\d+): .*annotation '([^']+)'/gm)]
      expect(places.map(([, place, name]) => `${place} ${name}`).sort()).toEqual([
        '14:9 sidecar.istio.io/interceptionMode',
        '15:9 status.sidecar.istio.io/port',
      ])
    })

    it.each([
      [
        'of a CronJob',
        'kind: CronJob\nspec:\n  jobTemplate:\n    metadata:\n      annotations:\n        PORT: x\n',
        '6:9',
      ],
      ['of an item', 'kind: List\nitems:\n- kind: X\n- kind: Pod\n  metadata:\n    annotations: {PORT: x}\n', '6:19'],
    ])('an invalid annotation %s, where it stands', async (_, text, place) => {
      const answer = await inject(['-f', '-'], text.replace('PORT', 'status.sidecar.istio.io/port'))
      expect(answer.code).toBe(3)
      expect(answer.stderr).toContain(`pillion: -:${place}: `)
    })

    it('a YAML alias bomb, quickly', async () => {
      const levels = Array.from({ length: 30 }, (_, i) => `l${i + 1}: &l${i + 1} [*l${i}, *l${i}, *l${i}, *l${i}]`)
      const answer = await inject(['-f', '-'], ['apiVersion: v1', 'kind: Pod', 'l0: &l0 x', ...levels].join('\n'))
      expect(answer.code).toBe(3)
      expect(answer.stderr).toMatch(/alias/i)
    })

    it('__proto__ keys are data', async () => {
      const odd = deployment('web').replace(
        '        app: web\n    spec',
        '        app: web\n        __proto__: polluted\n        constructor: c\n    spec',
      )
      const answer = await inject(['-f', '-'], odd)
      expect(answer.code).toBe(0)
      expect(answer.stdout).toContain('__proto__: polluted')
      expect(answer.stdout).toContain('constructor: c')
    })

    it.each(['--injectConfigMapName', '--meshConfigMapName', '--webhookConfig', '--kubeconfig'])(
      '%s, which needs a cluster',
      async flag => {
        const answer = await pillion(['inject', '-f', '-', flag, 'x'], deployment('web'))
        expect(answer.code).toBe(2)
        expect(answer.stderr).toContain(`${flag} asks a cluster`)
      },
    )
  })
})

describe('pillion uninject', () => {
  it('gives back what inject took', async () => {
    const injected = await inject(['-f', '-'], deployment('web'))
    const restored = await pillion(['uninject', '-f', '-'], injected.stdout)
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    expect(restored.stdout).not.toContain('istio')
    expect(restored.stdout).toContain('image: app:1')
  })

  it('names what it cannot restore, and where that stands, in workloads and lists too', async () => {
    const probe = '        readinessProbe: {httpGet: {port: http}}\n        ports: [{name: http, containerPort: 80}]\n'
    const probed = deployment('web').replace('        image: app:1\n', `        image: app:1\n${probe}`)
    const item = probed.trim().replaceAll('\n', '\n  ')
    for (const [text, path] of [
      [probed, 'spec.template.spec.containers[0].readinessProbe'],
      [`kind: List\nitems:\n- ${item}\n`, 'items[0].spec.template.spec.containers[0].readinessProbe'],
    ] as const) {
      const { stdout } = await pillion(['inject', '-f', '-'], text)
      const lines = stdout.split('\n')
      const line = lines.findIndex(each => each.includes('readinessProbe:')) + 1
      const column = lines[line - 1]!.indexOf('readinessProbe:') + 1
      const { code, stderr } = await pillion(['uninject', '-f', '-'], stdout)
      expect(stderr).toMatch(new RegExp(`^pillion: -:${line}:${column}: not restored: `))
      expect(stderr).toContain(`: ${path}: `)
      expect(code).toBe(1)
    }
  })

  it('leaves what has no sidecar byte for byte', async () => {
    const text = `${deployment('web')}---\n`
    expect(await pillion(['uninject', '-f', '-'], text)).toEqual({ code: 0, stdout: text, stderr: '' })
  })

  it('wants a file', async () => {
    expect(await pillion(['uninject'])).toMatchObject({ code: 2, stdout: '' })
  })
})
