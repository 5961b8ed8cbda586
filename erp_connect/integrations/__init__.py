"""Thin bridges to what users run already, one file each."""
