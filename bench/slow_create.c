/*
 * Makes each creation of a file, folder or link below one folder slow, as on a file system that is
 * on a network. It is loaded into a program before the C library (LD_PRELOAD). SLOW_BELOW names the
 * folder, by its real path, and SLOW_MICROSECONDS tells how slow.
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name)) dlsym(RTLD_NEXT, #name))

/* Whether a path is below the folder. */
static int is_slow(int folder, const char *path) {
  const char *below = getenv("SLOW_BELOW");
  char from[64] = "/proc/self/cwd", whole[2 * PATH_MAX] = "";
  if (below == NULL) return 0;
  if (path[0] != '/') {
    if (folder != AT_FDCWD) snprintf(from, sizeof from, "/proc/self/fd/%d", folder);
    if (readlink(from, whole, PATH_MAX) < 0) return 0;
    strcat(whole, "/");
  }
  strncat(whole, path, PATH_MAX);
  return strncmp(whole, below, strlen(below)) == 0;
}

/* Passes on what the real function has answered; first it waits, if that has made something. */
static int after(int answer, int slow) {
  const char *microseconds = getenv("SLOW_MICROSECONDS");
  int error = errno;
  struct timespec time = {0, microseconds == NULL ? 0 : atol(microseconds) * 1000};
  if (slow && answer >= 0 && time.tv_nsec > 0) nanosleep(&time, NULL);
  errno = error;
  return answer;
}

/* Whether opening a file this way makes it. */
static int makes(int folder, const char *path, int flags) {
  if ((flags & O_CREAT) == 0 || !is_slow(folder, path)) return 0;
  int error = errno;
  int is_new = faccessat(folder, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
  errno = error;
  return is_new;
}

#define MODE(last)                                             \
  va_list list;                                                \
  va_start(list, last);                                        \
  mode_t mode = (last & (O_CREAT | __O_TMPFILE)) ? va_arg(list, mode_t) : 0; \
  va_end(list)

#define OPEN(name)                                             \
  int name(const char *path, int flags, ...) {                 \
    MODE(flags);                                               \
    int slow = makes(AT_FDCWD, path, flags);                   \
    return after(NEXT(name)(path, flags, mode), slow);         \
  }
#define OPENAT(name)                                           \
  int name(int folder, const char *path, int flags, ...) {     \
    MODE(flags);                                               \
    int slow = makes(folder, path, flags);                     \
    return after(NEXT(name)(folder, path, flags, mode), slow); \
  }
#define MKSTEMP(name)                                          \
  int name(char *path) {                                       \
    return after(NEXT(name)(path), is_slow(AT_FDCWD, path));   \
  }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
MKSTEMP(mkstemp)
MKSTEMP(mkstemp64)

int mkdir(const char *path, mode_t mode) {
  return after(NEXT(mkdir)(path, mode), is_slow(AT_FDCWD, path));
}

int mkdirat(int folder, const char *path, mode_t mode) {
  return after(NEXT(mkdirat)(folder, path, mode), is_slow(folder, path));
}

int symlink(const char *target, const char *path) {
  return after(NEXT(symlink)(target, path), is_slow(AT_FDCWD, path));
}

int symlinkat(const char *target, int folder, const char *path) {
  return after(NEXT(symlinkat)(target, folder, path), is_slow(folder, path));
}

int link(const char *from, const char *path) {
  return after(NEXT(link)(from, path), is_slow(AT_FDCWD, path));
}

int linkat(int from, const char *name, int folder, const char *path, int flags) {
  return after(NEXT(linkat)(from, name, folder, path, flags), is_slow(folder, path));
}
