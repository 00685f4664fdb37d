"""A Python module on disk: bytes to text and back, losing nothing."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from dataclasses import dataclass

_NEWLINE = re.compile(r"\r\n|\r|\n")


class DecodingError(ValueError):
    """The bytes are not the text of a Python module; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Module:
    """The text of a module and what it takes to write it back byte for byte.

    Attributes:
        encoding: as the cookie says (PEP 263), UTF-8 without one.
        mark: whether the file starts with a UTF-8 byte order mark, which `text` is free of.
    """

    text: str
    encoding: str
    mark: bool

    @classmethod
    def decode(cls, data: bytes) -> Module:
        """Read a module.

        Raises:
            DecodingError: an unknown encoding, bytes that are not in it, or null bytes.
        """
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise DecodingError("UTF-16, which Python cannot run: convert it to UTF-8 first")
        if b"\0" in data:
            raise DecodingError("contains null bytes: not Python source")
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            mark = data.startswith(codecs.BOM_UTF8)
            module = cls(data.decode("utf-8-sig" if mark else encoding), "utf-8" if mark else encoding, mark)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            byte = data[error.start]
            raise DecodingError(
                f"line {line}: byte 0x{byte:02x} is not {error.encoding.removesuffix('-sig')}"
            ) from None
        except (SyntaxError, LookupError) as error:
            raise DecodingError(str(error)) from None
        try:
            faithful = module.encode() == data
        except DecodingError:
            faithful = False
        if not faithful:
            raise DecodingError(f"its {encoding} text cannot be written back unchanged")
        return module

    def encode(self, text: str | None = None) -> bytes:
        """Return the bytes of the module, or of `text` in its place.

        Raises:
            DecodingError: `text` has a character that the encoding lacks.
        """
        try:
            body = (self.text if text is None else text).encode(self.encoding)
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            raise DecodingError(f"the new text has {character!r}, which {self.encoding} cannot hold") from None
        return codecs.BOM_UTF8 + body if self.mark else body

    def settled(self, text: str) -> str:
        """Return `text`: a module is read back as it was written."""
        return text

    def reads_back(self, data: bytes, text: str) -> bool:
        """Return whether `data`, which `encode` made of `text`, is read as just that."""
        try:
            again = Module.decode(data)
        except DecodingError:
            return False
        return (again.text, again.encoding, again.mark) == (text, self.encoding, self.mark)

    def newlines(self) -> frozenset[str]:
        """Return the line ends that occur in the module."""
        return newlines(self.text)


def newlines(text: str) -> frozenset[str]:
    """Return the line ends that occur in `text`."""
    return frozenset(_NEWLINE.findall(text))
