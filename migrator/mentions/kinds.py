"""What a file is, by its name: that decides what a mention of v2 in it means."""

from __future__ import annotations

import re
from enum import Enum


class Kind(Enum):
    """What a file that is no Python module is for."""

    CONFIGURATION = "configuration"
    """Read by programs or by what starts them: a v2 address here fails as soon as it is used."""
    DOCUMENT = "document"
    """Read by people."""
    JAVASCRIPT = "JavaScript"
    OTHER_LANGUAGE = "another language"
    SHELL = "shell"
    TEMPLATE = "template"
    """Becomes some other file."""
    GENERATED = "generated"
    """Made from other files."""


_ENDINGS = {
    Kind.DOCUMENT: "md mdx markdown rst adoc asciidoc txt tex org ipynb_txt",
    Kind.JAVASCRIPT: "js jsx mjs cjs ts tsx mts cts vue svelte astro html htm",
    Kind.OTHER_LANGUAGE: (
        "go java kt kts scala groovy cs fs vb rb php swift dart rs c cc cpp h hpp m mm lua pl r ex exs erl clj elm hs"
    ),
    Kind.SHELL: "sh bash zsh fish ksh ps1 psm1 bat cmd",
    Kind.TEMPLATE: "j2 jinja jinja2 tmpl tpl gotmpl mustache hbs handlebars ejs erb liquid",
    Kind.GENERATED: "map lock",
}
_BY_ENDING = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}
_GENERATED = re.compile(
    r"\.min\.[cm]?js$|(?:^|/)(?:package-lock\.json|pnpm-lock\.yaml|npm-shrinkwrap\.json|METADATA|PKG-INFO)$"
)
_DOCUMENTS = re.compile(r"(?:README|CHANGELOG|CHANGES|HISTORY|NEWS|LICENSE|CONTRIBUTING|TODO|AUTHORS)\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{\{[^}]*\}\}")
_LONG = 5000
"""Characters. No person writes such a line: the file is a bundle, whatever its name says."""


def holds_settings(path: str) -> bool:
    """Return whether a file of this name is what programs are configured by, not made from something else."""
    return kind_of(path, "") in (Kind.CONFIGURATION, Kind.SHELL)


def kind_of(path: str, text: str) -> Kind:
    """Return what a file is for; where its name does not tell, it is configuration."""
    name = path.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower() if "." in name[1:] else ""
    kind = _BY_ENDING.get(ending, Kind.CONFIGURATION)
    if _GENERATED.search(path) or (kind is Kind.JAVASCRIPT and any(len(line) > _LONG for line in text.split("\n"))):
        return Kind.GENERATED
    if not ending and _DOCUMENTS.match(name):
        return Kind.DOCUMENT
    if kind is Kind.CONFIGURATION and _PLACEHOLDER.search(path):
        return Kind.TEMPLATE  # cookiecutter: the folder's name is made, too
    return kind
