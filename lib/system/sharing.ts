/**
 * Folders that several people work in: what is made there gets the group of the folder, by its setgid
 * bit, and no more permissions than the umask or a default access list leaves.
 *
 * @module
 */

/** What all that is copied into a folder is held to. */
export interface Sharing {
  /** The group, as a number, where folders pass it on; undefined where they do not. */
  group: number | undefined;
  /** The permissions that are left. */
  permissions: number;
}

/** The bit by which a folder passes on its group. */
const SETGID = 0o2000;

/**
 * What a folder and a file that was made in it tell. Where no group is passed on, and others may read
 * what is made, permissions stay as they are at the source.
 *
 * @param folder The folder's mode and group.
 * @param file The mode of the file; who may read it may enter a folder.
 */
export function sharingOf(
  folder: { mode: number; group: number },
  file: number,
): Sharing | undefined {
  const group = (folder.mode & SETGID) === 0 ? undefined : folder.group;
  const permissions = file & 0o666 | (file & 0o444) >> 2;
  return group === undefined && (permissions & 0o007) !== 0 ? undefined : { group, permissions };
}

/** The mode of a file or a folder of the source where it is copied to. */
export function sharedMode(mode: number, isFolder: boolean, sharing: Sharing): number {
  const left = mode & (sharing.permissions | 0o7000);
  return isFolder && sharing.group !== undefined ? left | SETGID : left;
}
