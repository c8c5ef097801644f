"""One document a module: a package in, blocks out."""
