"""Adapters: every file, table, network call and process."""
