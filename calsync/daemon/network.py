"""Noticing that the network came back, without asking: the kernel says so on a netlink socket (rtnetlink(7))."""

from __future__ import annotations

import socket
import struct

_RTMGRP_IPV4_IFADDR, _RTMGRP_IPV4_ROUTE = 0x10, 0x40
_RTMGRP_IPV6_IFADDR, _RTMGRP_IPV6_ROUTE = 0x100, 0x400
_NEW_ADDRESS, _NEW_ROUTE = 20, 24
_HEADER = struct.Struct("=IHHII")


class Network:
    """Becomes readable when addresses or routes change.  Where the kernel offers none (``fileno`` is -1) the daemon
    tries failing calendars again by the clock alone."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        try:
            channel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
            channel.setblocking(False)
            groups = _RTMGRP_IPV4_IFADDR | _RTMGRP_IPV4_ROUTE | _RTMGRP_IPV6_IFADDR | _RTMGRP_IPV6_ROUTE
            channel.bind((0, groups))
        except OSError:
            return
        self._socket = channel

    def fileno(self) -> int:
        return self._socket.fileno() if self._socket else -1

    def came_back(self) -> bool:
        """Take what the kernel has to tell; true where an address or a route is new."""
        found = False
        while self._socket is not None:
            try:
                found = _is_news(self._socket.recv(65536)) or found
            except BlockingIOError:
                break
            except OSError:
                return True  # some messages were lost: better to try than to wait
        return found

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()


def _is_news(data: bytes) -> bool:
    place = 0
    while place + _HEADER.size <= len(data):
        length, kind, *_ = _HEADER.unpack_from(data, place)
        if kind in (_NEW_ADDRESS, _NEW_ROUTE):
            return True
        if length < _HEADER.size:
            break
        place += (length + 3) & ~3
    return False
