"""Orders from a file (批量建单): read, shown, confirmed, then made row by row, each once."""
