"""The screens: one `page()` each, thin over `planning.desk`. Pages do not import pages."""
