"""Pure geometry and partition: no files, database, network, clock or global state."""
