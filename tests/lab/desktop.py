"""A desktop as far as notices go: ``org.freedesktop.Notifications`` on the session bus, which keeps what is said."""

from __future__ import annotations

from jeepney import HeaderFields, MessageType, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

NAME = "org.freedesktop.Notifications"


class Desktop:
    """``said`` holds the text of every notice so far."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._bus = open_dbus_connection(bus="SESSION")
        self._bus.send_and_get_reply(message_bus.RequestName(NAME))

    def listen(self) -> None:
        """Answer for ever."""
        while True:
            message = self._bus.receive()
            fields = message.header.fields
            if message.header.message_type is MessageType.method_call and fields.get(HeaderFields.member) == "Notify":
                self.said.append(message.body[4])
                self._bus.send(new_method_return(message, "u", (len(self.said),)))
