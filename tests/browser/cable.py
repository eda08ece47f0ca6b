"""The cable between a phone and the server, which a test can cut, slow down, or let lose replies.

Unlike a browser's own "offline" it breaks for service workers too, and in the middle of a request.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

SENDING = b"/responses "
"""Stands in the first line of a request that sends an answer."""


LOGIN = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>Log in</h1>"


class Cable:
    """Passes bytes on between a port of its own and the server's.

    `cut`: nothing goes through. `loses_replies`: an answer reaches the server, and the reply to it
    is lost. `guest`: a guest network's login page answers for the server. `delay`: seconds that
    every request waits. `sent`: answers that reached the server.
    """

    def __init__(self, port: int) -> None:
        self.cut = False
        self.loses_replies = False
        self.guest = False
        self.delay = 0.0
        self.sent = 0
        self._server = port
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def break_off(self) -> None:
        """Cut it, and what is under way through it."""
        self.cut = True
        for end in list(self._open):
            _shut(end)

    def mend(self) -> None:
        """Let everything through again."""
        self.cut = self.loses_replies = self.guest = False
        self.delay = 0.0

    def close(self) -> None:
        """Take it away."""
        self.break_off()
        _shut(self._listener)
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                phone, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(phone,), daemon=True).start()

    def _connect(self, phone: socket.socket) -> None:
        if self.cut:
            phone.close()
            return
        if self.guest:
            with closing(phone), suppress(OSError):
                phone.recv(65536)
                phone.sendall(LOGIN)
            return
        losing = threading.Event()
        with closing(phone), closing(socket.create_connection(("127.0.0.1", self._server))) as far:
            ends = {phone, far}
            self._open |= ends
            if self.cut:  # Since this thread looked.
                _shut(phone)
            back = threading.Thread(target=self._replies, args=(far, phone, losing), daemon=True)
            back.start()
            self._requests(phone, far, losing)
            back.join()
            self._open -= ends

    def _requests(self, phone: socket.socket, far: socket.socket, losing: threading.Event) -> None:
        with suppress(OSError):
            while data := phone.recv(65536):
                time.sleep(self.delay)
                if data.startswith(b"POST ") and SENDING in data.partition(b"\r\n")[0]:
                    self.sent += 1
                    if self.loses_replies:
                        losing.set()
                far.sendall(data)
        _shut(far)

    def _replies(self, far: socket.socket, phone: socket.socket, losing: threading.Event) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                if losing.is_set() or self.cut:
                    break
                phone.sendall(data)
        _shut(phone)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cable_to(url: str) -> Iterator[Cable]:
    """A cable to a running server.

    Args:
        url: of the server.
    """
    cable = Cable(int(url.rpartition(":")[2]))
    try:
        yield cable
    finally:
        cable.close()
