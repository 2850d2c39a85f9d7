"""Long work: a queue in the record, workers that do it, handlers for each kind."""
