"""What rewrites have to know of a client library for WebSockets, beside how its calls behave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SendSite:
    """Where a binary frame is sent from.

    Attributes:
        names_package: whether the module has the library's package under its own name.
        imports_late: whether functions import the library, so that the module also loads where it is not installed.
        made_by: the names of what may make the connection; None where no connection is known.
    """

    names_package: bool
    imports_late: bool
    made_by: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class BinarySend:
    """How bytes are sent as a binary frame.

    Attributes:
        method: the method that is called.
        argument: what it is told beside the bytes, as source; empty for nothing.
        needs: the module and the name in it that the argument takes.
    """

    method: str
    argument: str = ""
    needs: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback of a connection.

    Attributes:
        position: where the constructor takes it.
        parameters: what it is called with, as the library's documentation calls them.
    """

    position: int
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Transport:
    """One way of using one client library.

    Attributes:
        name: what its users call it.
        package: the package that programs import.
        awaited: whether connecting, sending and receiving are coroutines.
        receives: the methods that wait for a message.
        receive: the one of them that raises `closed` when there are no more; empty where none does.
        send_text: the method that sends a text frame.
        binary_methods: those that send a binary frame; none where the type of what is sent decides.
        takes_opcode: whether the method that sends can be told the kind of frame.
        headers: the keyword of the call that connects.
        closed: what is raised when the connection is gone: the package that has it (empty for a builtin), the module to
            import it from, its name.
        snippets: the file of `codemods.snippets` that ends its sessions, or one by each maker of connections;
            empty where there is none yet, so that what ends in place or is reported is all that is done.
        callbacks: the callbacks that its sessions may have; a library that has any calls them while it runs.
        states: attributes of a connection that tell whether there is one; sending without one raises `closed`.
        connect_limit: the function of the package that limits the time which connecting may take; empty for none.
        connect_timeout: the keyword of the call that connects which does so; empty for none.
        belongs_to_loop: what of the package belongs to the event loop that there is when it is made, by dotted name.
        binary: how a send by a method becomes one of bytes.
    """

    name: str
    package: str
    awaited: bool
    receives: frozenset[str]
    send_text: str
    headers: str
    closed: tuple[str, str, str]
    receive: str = ""
    snippets: str | Mapping[str, str] = ""
    binary_methods: frozenset[str] = frozenset()
    takes_opcode: bool = False
    callbacks: Mapping[str, Callback] = field(default_factory=dict)
    states: frozenset[str] = frozenset()
    connect_limit: str = ""
    connect_timeout: str = ""
    belongs_to_loop: frozenset[str] = frozenset()
    binary: Callable[[str, SendSite], BinarySend] = lambda method, place: BinarySend(method)

    @property
    def blocks(self) -> bool:
        """Whether its calls block the thread that makes them: none of them is awaited, and none has callbacks."""
        return not self.awaited and not self.callbacks
