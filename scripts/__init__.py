"""Command lines: parse arguments, call the packages, print."""
