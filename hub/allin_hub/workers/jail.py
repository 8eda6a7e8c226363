"""Locks the process that calls it: no file, no network, no other process, for good.

Two locks of Linux, neither needs rights. seccomp lets only the system calls pass that a reader needs, and is the
lock; Landlock refuses files, TCP and signals by what they reach, and stands behind it. Standard streams stay usable.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Callable

from allin_hub.workers.held import NOT_HERE, ON, Held

# Numbers of `linux/prctl.h`.
_SET_DUMPABLE, _SET_SECCOMP, _SET_NO_NEW_PRIVS = 4, 22, 38
_FILTER_MODE = 2

# Landlock: its calls have one number on every architecture.
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_ASK_VERSION = 1
_FILE_RIGHTS = (13, 14, 15, 15, 16)
"""How many access rights to files Landlock knows, by ABI 1 to 5; later ABIs added none."""
_TCP_SINCE, _TCP = 4, 0b11
_SCOPES_SINCE, _SCOPES = 6, 0b11
"""Abstract Unix sockets and signals."""

# seccomp: answers, the fields of `struct seccomp_data`, and the few BPF instructions that a filter needs.
_ALLOW, _FAIL, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_AT_NUMBER, _AT_MACHINE, _AT_FIRST_ARGUMENT = 0, 4, 16
_LOAD, _EQUAL, _AT_LEAST, _ANSWER = 0x20, 0x15, 0x35, 0x06
_X32 = 0x40000000
_CLONE3 = 435

_MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
"""The number of an architecture in `linux/audit.h`, and its column below. arm64 was never tried."""

_NONE = -1
_ALLOWED: dict[str, tuple[int, int]] = {
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "close": (3, 57),
    "lseek": (8, 62),
    "fstat": (5, 80),
    "fcntl": (72, 25),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "mprotect": (10, 226),
    "brk": (12, 214),
    "futex": (202, 98),
    "sched_yield": (24, 124),
    "getrandom": (318, 278),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "gettimeofday": (96, 169),
    "time": (201, _NONE),
    "nanosleep": (35, 101),
    "getrusage": (98, 165),
    "times": (100, 153),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "rseq": (334, 293),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
"""The system calls that reading needs: their numbers on x86-64 and arm64."""
_TGKILL = (234, 131)
"""Allowed towards the process itself alone, so that abort() still ends it."""


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def lock(before_last: Callable[[], None] = lambda: None) -> Held:
    """Lock this process as far as the kernel goes, and say which locks hold.

    `before_last` lowers the last resource limits. It runs after Landlock, which needs a descriptor, and before seccomp,
    which lets no limit be set any more.
    """
    if sys.platform != "linux":
        before_last()
        return Held(NOT_HERE, NOT_HERE)
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    if libc.prctl(_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0))):
        failed = _last_error()
        before_last()
        return Held(failed, failed)
    libc.prctl(_SET_DUMPABLE, *map(ctypes.c_ulong, (0, 0, 0, 0)))
    landlock = _restrict_by_landlock(libc)
    before_last()
    return Held(landlock, _filter_system_calls(libc))


def _last_error() -> str:
    return errno.errorcode.get(ctypes.get_errno(), "an unknown error")


def _restrict_by_landlock(libc: ctypes.CDLL) -> str:
    """Refuse every right that this kernel's Landlock knows; no rule gives one back."""
    abi = libc.syscall(ctypes.c_long(_CREATE_RULESET), None, ctypes.c_size_t(0), ctypes.c_uint(_ASK_VERSION))
    if abi < 1:
        return _last_error()
    refused = [(1 << _FILE_RIGHTS[min(abi, len(_FILE_RIGHTS)) - 1]) - 1]
    if abi >= _TCP_SINCE:
        refused.append(_TCP)
    if abi >= _SCOPES_SINCE:
        refused.append(_SCOPES)
    attributes = struct.pack(f"={len(refused)}Q", *refused)
    ruleset = libc.syscall(
        ctypes.c_long(_CREATE_RULESET), attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint(0)
    )
    if ruleset < 0:
        return _last_error()
    restricted = libc.syscall(ctypes.c_long(_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint(0))
    failed = _last_error()
    os.close(ruleset)
    return failed if restricted else f"ABI {abi}"


def _filter_system_calls(libc: ctypes.CDLL) -> str:
    """Let only the listed system calls pass; any other fails with EPERM."""
    if platform.machine() not in _MACHINES:
        return f"not for {platform.machine()}"
    code = _filter(*_MACHINES[platform.machine()], own_pid=os.getpid())
    program = _Program(len(code), b"".join(code))
    arguments = (ctypes.c_ulong(_FILTER_MODE), ctypes.byref(program), ctypes.c_ulong(0), ctypes.c_ulong(0))
    return _last_error() if libc.prctl(_SET_SECCOMP, *arguments) else ON


def _filter(machine: int, column: int, own_pid: int) -> list[bytes]:
    """Assemble the filter: jumps skip as many instructions as they say, when true and when not."""
    refuse = _instruction(_ANSWER, _FAIL | errno.EPERM)
    allow = _instruction(_ANSWER, _ALLOW)
    code = [  # a call of another architecture has other numbers: it ends the process
        _instruction(_LOAD, _AT_MACHINE),
        _instruction(_EQUAL, machine, 1, 0),
        _instruction(_ANSWER, _KILL),
        _instruction(_LOAD, _AT_NUMBER),
    ]
    if machine == _MACHINES["x86_64"][0]:
        code += [_instruction(_AT_LEAST, _X32, 0, 1), refuse]
    for numbers in _ALLOWED.values():
        if numbers[column] != _NONE:
            code += [_instruction(_EQUAL, numbers[column], 0, 1), allow]
    code += [
        _instruction(_EQUAL, _TGKILL[column], 0, 4),
        _instruction(_LOAD, _AT_FIRST_ARGUMENT),
        _instruction(_EQUAL, own_pid, 0, 1),
        allow,
        refuse,
        # The C library falls back to clone, which is refused, when it is told that there is no clone3.
        _instruction(_EQUAL, _CLONE3, 0, 1),
        _instruction(_ANSWER, _FAIL | errno.ENOSYS),
        refuse,
    ]
    return code


def _instruction(code: int, operand: int, skip_if_true: int = 0, skip_if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, skip_if_true, skip_if_not, operand)
