"""A real mail server on loopback for tests: it speaks SMTP and keeps the Message-ID of each e-mail that it accepted."""

import email
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message


class _Conversation(socketserver.StreamRequestHandler):
    server: "MailServer"

    def handle(self) -> None:
        self.answer(220, "ready")
        while line := self.rfile.readline():
            verb = line[:4].upper().strip()
            if verb == b"DATA":
                self.answer(354, "go on")
                text = self.text()
                if text is None:
                    return
                self.server.accept(text, self.client_address[1])
                self.answer(250, "accepted")
            elif verb == b"QUIT":
                self.answer(221, "bye")
                return
            else:
                self.answer(250, "fine")

    def text(self) -> bytes | None:
        """The whole e-mail; None where its sender was killed before the end of it."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return None
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def answer(self, code: int, words: str) -> None:
        try:
            self.wfile.write(f"{code} {words}\r\n".encode())
        except OSError:
            return  # whoever asked was killed


class MailServer(socketserver.ThreadingTCPServer):
    """`on_accept` is called with how many e-mails were accepted and the sender's port, before the sender is told."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.accepted: list[Message] = []
        self.on_accept: Callable[[int, int], None] = lambda count, port: None
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in list(self.accepted)]

    def accept(self, text: bytes, port: int) -> None:
        with self._lock:
            self.accepted.append(email.message_from_bytes(text))
            self.on_accept(len(self.accepted), port)

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that is killed in the middle of its sentence is what the tests are about."""


@contextmanager
def a_mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
