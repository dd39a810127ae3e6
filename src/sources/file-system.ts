import { statfs } from 'node:fs/promises'

/** Linux' file systems that tell of every change (linux/magic.h): ext2 to ext4, XFS, Btrfs, ZFS, F2FS, tmpfs, overlayfs. */
const TELLING: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1, 0xf2f52010, 0x01021994, 0x794c7630,
])

/** Whether the system tells of every change of what is below these paths; others, such as network mounts, may not. */
export async function tellsOfChanges(paths: readonly string[]): Promise<boolean> {
  if (process.platform !== 'linux') return false
  const types = await Promise.all(
    paths.map(path =>
      statfs(path).then(
        ({ type }) => type,
        () => undefined,
      ),
    ),
  )
  return types.every(type => type !== undefined && TELLING.has(type))
}
