"""HTTP: serves pages and, later, the record."""
