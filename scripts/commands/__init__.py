"""One file per command; each imports its heavy packages only when it runs."""
