/**
 * What `df` says, of several systems.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { availableBytes, availableFiles, fileSystemOf, freeSpace } from "../../../lib/system/df.ts";

Deno.test("availableBytes() reads the fourth column of df -Pk", () => {
  for (
    const [said, expected] of [
      [
        "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/a 100 40 60 40% /\n",
        61440,
      ],
      [
        "Filesystem 1024-blocks Used Available Capacity Mounted on\nmap auto_home 0 0 0 100% /h\n",
        0,
      ],
      ["df: no such thing\n", undefined],
      ["", undefined],
    ] as const
  ) assertEquals(availableBytes(said), expected, said);
});

Deno.test("availableFiles() reads the inodes of df -Pi, of GNU, busybox, macOS and the BSDs", () => {
  for (
    const [said, expected] of [
      [
        "Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/sda1 6553600 300000 6253600 5% /\n",
        6253600,
      ],
      ["Filesystem Inodes Used IFree IUse% Mounted on\ntmpfs 60 60 0 100% /tmp/a 9% b\n", 0],
      // btrfs and others have no bound
      ["Filesystem Inodes IUsed IFree IUse% Mounted on\n/dev/sdb 0 0 0 - /data\n", undefined],
      [
        "Filesystem 512-blocks Used Available Capacity iused ifree %iused Mounted on\n" +
        "/dev/disk3s1s1 965595304 18 417 3% 356 4884 7% /\n",
        4884,
      ],
      // one that takes no -i
      [
        "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/a 100 40 60 40% /\n",
        undefined,
      ],
      ["", undefined],
    ] as const
  ) assertEquals(availableFiles(said), expected, said);
});

Deno.test("fileSystemOf() reads the column of GNU and busybox, elsewhere the name of the disk", () => {
  const typed = "Filesystem     Type     1024-blocks Used Available Capacity Mounted on\n";
  const plain = "Filesystem 1024-blocks Used Available Capacity Mounted on\n";
  for (
    const [first, second, expected] of [
      [`${typed}/dev/vda ext4 100 40 60 40% /\n`, "", "ext4"],
      [`${typed}10.0.0.1@tcp:/scratch lustre 100 40 60 40% /scratch/a b\n`, "", "lustre"],
      [`${typed}//server/my share cifs 100 40 60 40% /mnt/my share\n`, "", "cifs"],
      [`${typed}sysfs sysfs 0 0 0 - /sys\n`, "", "sysfs"],
      // macOS takes -T for something else
      ["", `${plain}server:/export/home 100 40 60 40% /home\n`, "nfs"],
      ["", `${plain}//me@server/share 100 40 60 40% /Volumes/share\n`, "smb"],
      ["", `${plain}/dev/disk3s5 100 40 60 40% /System/Volumes/Data\n`, undefined],
      [plain, `${plain}map auto_home 0 0 0 100% /home\n`, undefined],
      ["", "", undefined],
    ] as const
  ) assertEquals(fileSystemOf(first, second), expected, first + second);
});

Deno.test("freeSpace() knows nothing of no folder, and of one that is not there", async () => {
  const nothing = { freeBytes: undefined, freeFiles: undefined };
  assertEquals(await freeSpace(undefined, {}), nothing);
  assertEquals(await freeSpace("/no/such/folder", {}), nothing);
  assertEquals((await freeSpace("/", {})).freeBytes! >= 0, true);
});
