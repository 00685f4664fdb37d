"""What the program is told in place of the user's secrets."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

KEY = "ASSEMBLYAI_API_KEY"
DUMMY = "smoke-test-key"
_NAME = re.compile(
    r"(^|_)(API_?)?(KEY|KEYS|TOKEN|TOKENS|SECRET|SECRETS|PASSWORD|PASSWD|PASS|PWD|CREDENTIAL|CREDENTIALS|AUTH|DSN|COOKIE|SID)"
    r"($|_)|APIKEY|ACCESSKEY|SECRETKEY",
    re.IGNORECASE,
)
#: Names that only look like it.
_HARMLESS = ("PWD", "OLDPWD", "SSH_AUTH_SOCK", "XDG_SESSION_ID")
#: A password inside of an address.
_ADDRESS = re.compile(r"(?<=://)([^/@:\s]*):[^/@\s]+@")
#: What looks like a secret whatever its name: the forms of well-known services.
_VALUE = re.compile(
    r"\b(sk-[\w-]{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abpr]-[\w-]{10,}|AKIA[A-Z0-9]{16}|glpat-[\w-]{16,}|hf_\w{20,}"
    r"|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+|[0-9a-f]{32}|-----BEGIN [A-Z ]*PRIVATE KEY-----)\b"
)
#: Where the user's own programs keep things, or ask to be reached.
_PLACES = ("XDG_", "SSH_", "GPG_", "DBUS_", "DOCKER_", "KUBECONFIG", "NETRC", "AWS_PROFILE", "AWS_CONFIG")
_LINE = re.compile(r"^(?P<start>\s*(?:export\s+)?(?P<name>\w+)\s*=\s*)(?P<value>[^\r\n]*)", re.MULTILINE)


def without_secrets(environment: Mapping[str, str], handed: Collection[str]) -> dict[str, str]:
    """Return the environment with made-up secrets, except for those of the names `handed` over."""
    kept = {}
    for name, value in environment.items():
        if name in handed:
            kept[name] = value
        elif name.startswith(_PLACES) and not _NAME.search(name):
            continue
        else:
            kept[name] = masked(name, value)
    return kept


def masked(name: str, value: str) -> str:
    """Return `value`, or what stands in for it if it is a secret by the name or the look of it."""
    if not value or name in _HARMLESS:
        return value
    if _NAME.search(name) or _VALUE.search(value):
        return DUMMY
    return _ADDRESS.sub(rf"\1:{DUMMY}@", value)


def mask_files(folder: Path, handed: Collection[str]) -> None:
    """Make up the secrets of the `.env` files in a copy of a project."""
    for path in folder.rglob(".env*"):
        if path.is_file() and not path.is_symlink():
            text = path.read_text(encoding="utf-8", errors="surrogateescape")
            changed = _LINE.sub(lambda line: _masked_line(line, handed), text)
            if changed != text:
                path.write_text(changed, encoding="utf-8", errors="surrogateescape")


def _masked_line(line: re.Match[str], handed: Collection[str]) -> str:
    quotes = re.match(r"""(["']?).*?(["']?)\s*$""", line["value"])
    bare = line["value"].strip().strip("\"'")
    value = bare if line["name"] in handed else masked(line["name"], bare)
    if value == bare or quotes is None:
        return line[0]
    return f"{line['start']}{quotes[1]}{value}{quotes[1]}"
