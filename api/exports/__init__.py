"""Exports: plans of the record as files, made at once or by a job."""
