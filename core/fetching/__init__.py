"""How pages of timing sites are fetched and read without harm; knows no database.

:mod:`core.fetching.hosts` says which addresses may be read, :mod:`core.fetching.pages` reads them,
:mod:`core.fetching.reader` has what came parsed in a process of its own, and
:mod:`core.fetching.turns` says when a page's turn is.
"""
