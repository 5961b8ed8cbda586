"""The pytest plugin: fixtures for programs that write orders."""
