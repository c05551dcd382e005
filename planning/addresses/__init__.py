"""Text → parsed address → ranked places, within one region's gazetteer."""
