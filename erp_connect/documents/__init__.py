"""Workbooks and e-documents, in and out."""
