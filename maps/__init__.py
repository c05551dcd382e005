"""Presentation: maps, sheets, exports, texts and pages."""
