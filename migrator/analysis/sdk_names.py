"""Names of the vendor's SDK that reach a module by way of other modules of its project."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.analysis.coverage import SDK_CLASSES
from migrator.analysis.import_graph import ProjectFolder
from migrator.analysis.module_names import SDK, ModuleNames, Origin, parsed


def passed_on(path: str, text: str, folder: ProjectFolder) -> frozenset[str]:
    """Return the names in a module that an import binds to something of the SDK, or to a module that has it.

    Names that come straight from the SDK are left out: whoever reads the module sees those.
    """
    names = parsed(text)
    return frozenset(_leading_there(path, names, folder)) if names is not None else frozenset()


def takes_from_sdk(path: str) -> bool:
    """Return whether a module on disk has something of the SDK by way of other modules."""
    folder = ProjectFolder()
    text = folder.read(path)
    return text is not None and bool(passed_on(path, text, folder))


def _leading_there(path: str, names: ModuleNames, folder: ProjectFolder) -> Iterator[str]:
    for name, origins in names.aliases.items():
        if any(_of_project(path, origin, folder, set()) for origin in origins if not _of_sdk(origin)):
            yield name
    for module, level in names.stars:
        target = folder.resolve(path, module, level)
        if target is not None:
            yield from _bound_to_sdk(target, folder, set())


def _of_sdk(origin: Origin) -> bool:
    return origin[1] == 0 and origin[0].split(".")[0] == SDK


def _of_project(path: str, origin: Origin, folder: ProjectFolder, seen: set[tuple[str, str]]) -> bool:
    """Return whether a module of the project is meant that has SDK names, or a name in one that is the SDK's."""
    dotted, level = origin
    module = folder.resolve(path, dotted, level)
    if module is not None and (module, "") not in seen:
        seen.add((module, ""))
        return any(True for _ in _bound_to_sdk(module, folder, seen))
    head, _, name = dotted.rpartition(".")
    owner = folder.resolve(path, head, level) if head or level else None
    if owner is None or (owner, name) in seen:
        return False
    seen.add((owner, name))
    return name in _bound_to_sdk(owner, folder, seen)


def _bound_to_sdk(path: str, folder: ProjectFolder, seen: set[tuple[str, str]]) -> Iterator[str]:
    """Yield the names that a module has from the SDK, itself or through others."""
    text = folder.read(path)
    names = parsed(text) if text is not None else None
    if names is None:
        return
    for name, origins in names.aliases.items():
        if any(_of_sdk(origin) or _of_project(path, origin, folder, seen) for origin in origins):
            yield name
            yield from (copy for copy, chain in names.copies.items() if chain.split(".")[0] == name)
    for module, level in names.stars:
        if _of_sdk((module, level)):
            yield from SDK_CLASSES
        target = folder.resolve(path, module, level)
        if target is not None and (target, "*") not in seen:
            seen.add((target, "*"))
            yield from _bound_to_sdk(target, folder, seen)
