/**
 * Folders where several people work. A new entry takes the group of such a folder, by its setgid
 * bit, and at most the permissions that the umask or a default access list leaves.
 *
 * @module
 */

/** The group and the permissions of everything that is copied into a folder. */
export interface Sharing {
  /** The group, as a number, when folders pass it on; otherwise undefined. */
  group: number | undefined;
  /** The permissions that entries may have. */
  permissions: number;
}

/** The mode bit of a folder that passes on its group. */
const SETGID = 0o2000;

/**
 * Finds the rules of a folder, from the folder and from a file that was created in it. Undefined
 * when no group is passed on and others may read new files: then permissions stay the same as at
 * the source.
 *
 * @param folder The folder's mode and group.
 * @param file The mode of the file. Whoever may read the file may enter a folder.
 */
export function sharingOf(
  folder: { mode: number; group: number },
  file: number,
): Sharing | undefined {
  const group = (folder.mode & SETGID) === 0 ? undefined : folder.group;
  const permissions = file & 0o666 | (file & 0o444) >> 2;
  return group === undefined && (permissions & 0o007) !== 0 ? undefined : { group, permissions };
}

/** The mode, at the destination, of a file or a folder of the source. */
export function sharedMode(mode: number, isFolder: boolean, sharing: Sharing): number {
  const left = mode & (sharing.permissions | 0o7000);
  return isFolder && sharing.group !== undefined ? left | SETGID : left;
}
