"""A codemod that changes nothing: what parsing and printing alone cost."""

from __future__ import annotations

import libcst as cst
from libcst.codemod import VisitorBasedCodemodCommand


class NoOp(VisitorBasedCodemodCommand):
    """Visits every node and leaves it alone."""

    def transform_module_impl(self, tree: cst.Module) -> cst.Module:
        """Return the module as it is, after a visit to each of its nodes."""
        return tree.visit(self)
