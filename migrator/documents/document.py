"""What the rest of the tool asks of a file that holds Python, whatever its form."""

from __future__ import annotations

from typing import Protocol

from migrator.documents.configuration_file import ConfigurationFile
from migrator.documents.module import Module
from migrator.documents.notebook import Notebook
from migrator.documents.page import Page, is_page
from migrator.files.paths import NOTEBOOK


class Document(Protocol):
    """A file that holds a program."""

    @property
    def text(self) -> str:
        """The program."""

    def encode(self, text: str | None = None) -> bytes:
        """Return the bytes of the file with `text` as its program.

        Raises:
            DecodingError: it cannot be written.
        """

    def settled(self, text: str) -> str:
        """Return `text` as it is read back once it was written.

        Raises:
            DecodingError: it cannot be written.
        """

    def reads_back(self, data: bytes, text: str) -> bool:
        """Return whether `data`, which `encode` made of `text`, is read as just that."""

    def newlines(self) -> frozenset[str]:
        """Return the line ends that occur in the program."""


def decode(path: str, data: bytes, settings: bool = False) -> Document:
    """Read a file of the kind that its name tells.

    Args:
        settings: it is no program, but a file of settings that a program reads.

    Raises:
        DecodingError: it is damaged, or of another kind.
    """
    if settings:
        return ConfigurationFile.decode(path, data)
    if is_page(path):
        return Page.decode(data)
    return Notebook.decode(data) if is_notebook(path) else Module.decode(data)


def is_notebook(path: str) -> bool:
    """Return whether a file of this name is a Jupyter notebook."""
    return path.lower().endswith(NOTEBOOK)
