"""Results in, PNG pictures out.

They are written as SVG and drawn by resvg, which only these modules import, and only a process for
drawing imports these modules: it holds the interpreter while it draws. Importing this package alone
loads nothing.
"""
