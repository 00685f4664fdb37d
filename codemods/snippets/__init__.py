"""Code that is put into users' programs. Read as text (see `codemods.syntax.snippet`), never imported by the tool."""
