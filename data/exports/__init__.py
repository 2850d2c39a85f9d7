"""Plans on their way out: formats, coordinate systems, names of files."""
