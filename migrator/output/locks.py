"""A lock on an open file that the system lets go when its holder ends, however that happens."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import msvcrt

    def lock(descriptor: int) -> bool:
        """Take the lock and return True, or return False at once if another process has it."""
        os.lseek(descriptor, 1 << 40, os.SEEK_SET)  # a byte far off: a locked one could not be read
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def lock(descriptor: int) -> bool:
        """Take the lock and return True, or return False at once if another process has it.

        Where the file system knows no locks, nobody can have one.
        """
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True
