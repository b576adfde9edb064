"""Starts a command and writes what it took into a file: `launch.py FILE COMMAND...`.

A process of its own, because the system counts the peak memory of whoever starts a process as that of the process: this one
is as small as Python gets, about 10 MB.
"""
import os
import sys
import time

started = time.perf_counter()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - started
with open(sys.argv[1], "w") as told:
    print(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status), file=told)
