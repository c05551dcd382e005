"""Small fact tables with their sources in SOURCES.md, and the script that made them."""
