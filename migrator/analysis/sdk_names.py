"""Names of the vendor's SDK that reach a module by way of other modules of its project.

Whether a name leads to the SDK is asked of a graph: the names of all modules, each with an edge to what an import or
an assignment gives it its value from. Each module is parsed, and each name followed, once.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrator.analysis.coverage import SDK_CLASSES
from migrator.analysis.import_graph import ProjectFolder
from migrator.analysis.module_names import SDK, ModuleNames, Origin, parsed

_Name = tuple[str, str]
"""A module's path and a name in it; an empty name is any of the module's."""

_THERE: _Name = ("", SDK)


class SdkNames:
    """Which names of a project's modules are the SDK's.

    Args:
        folder: where the modules are; what it reads must stay the same.
    """

    def __init__(self, folder: ProjectFolder) -> None:
        self._folder = folder
        self._modules: dict[str, ModuleNames | None] = {}
        self._known: dict[_Name, bool] = {_THERE: True}

    def passed_on(self, path: str, text: str) -> frozenset[str]:
        """Return the names in a module that an import binds to something of the SDK, or to a module that has it.

        Names that come straight from the SDK are left out: whoever reads the module sees those.
        """
        names = parsed(text)
        if names is None:
            return frozenset()
        passed = {
            name
            for name, origins in names.aliases.items()
            for origin in origins
            if not _of_sdk(origin) and any(map(self._leads_there, self._meant(path, origin)))
        }
        targets = [target for star in names.stars if (target := self._folder.resolve(path, *star))]
        return frozenset(passed | {name for name in self._offered(targets) if self._offers(targets, name)})

    def takes(self, path: str) -> bool:
        """Return whether a module has something of the SDK by way of other modules."""
        text = self._folder.read(path)
        return text is not None and bool(self.passed_on(path, text))

    def _offers(self, targets: list[str], name: str) -> bool:
        return any(self._leads_there((target, name)) for target in targets)

    def _offered(self, modules: list[str]) -> set[str]:
        """Return every name that may come out of star imports of some modules."""
        found: set[str] = set()
        waiting, seen = [*modules], set(modules)
        while waiting:
            path = waiting.pop()
            names = self._names(path)
            if names is None:
                continue
            found |= names.aliases.keys() | names.copies.keys()
            for star in names.stars:
                if _of_sdk(star):
                    found |= SDK_CLASSES
                target = self._folder.resolve(path, *star)
                if target is not None and target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return found

    def _leads_there(self, name: _Name) -> bool:
        """Return whether the SDK can be reached from a name."""
        if name not in self._known:
            self._explore(name)
        return self._known[name]

    def _explore(self, start: _Name) -> None:
        """Follow all names that can be reached from one and are not known yet; then go back from the SDK."""
        followers: dict[_Name, list[_Name]] = {start: []}
        waiting, leading = [start], list[_Name]()
        while waiting:
            name = waiting.pop()
            for target in self._next(name):
                if self._known.get(target):
                    leading.append(name)
                elif target not in self._known:
                    if target not in followers:
                        followers[target] = []
                        waiting.append(target)
                    followers[target].append(name)
        self._known.update(dict.fromkeys(followers, False))
        while leading:
            name = leading.pop()
            if not self._known[name]:
                self._known[name] = True
                leading += followers[name]

    def _next(self, name: _Name) -> Iterator[_Name]:
        """Yield what a name may have its value from."""
        path, own = name
        names = self._names(path)
        if names is None:
            return
        for alias in [own] if own else names.aliases:
            for origin in names.aliases.get(alias, ()):
                if _of_sdk(origin):
                    yield _THERE
                else:
                    yield from self._meant(path, origin)
        if chain := names.copies.get(own):
            yield path, chain.split(".")[0]
        if own in SDK_CLASSES and "__getattr__" in names.bound and own not in names.bound:
            yield path, ""  # it serves names by their texts
        for star in names.stars:
            if _of_sdk(star) and (not own or own in SDK_CLASSES):
                yield _THERE
            target = self._folder.resolve(path, *star)
            if target is not None:
                yield target, own

    def _meant(self, path: str, origin: Origin) -> Iterator[_Name]:
        """Yield what an origin may be in the project: a module, a name in one."""
        dotted, level = origin
        module = self._folder.resolve(path, dotted, level)
        if module is not None:
            yield module, ""
        head, _, name = dotted.rpartition(".")
        owner = self._folder.resolve(path, head, level) if head or level else None
        if owner is not None:
            yield owner, name

    def _names(self, path: str) -> ModuleNames | None:
        if path not in self._modules:
            text = self._folder.read(path)
            self._modules[path] = parsed(text) if text is not None else None
        return self._modules[path]


def _of_sdk(origin: Origin) -> bool:
    """Return whether an origin is the SDK's; what a name has from v3's own package is no v2."""
    return origin[1] == 0 and origin[0].split(".")[0] == SDK and not f"{origin[0]}.".startswith(f"{SDK}.streaming.")
