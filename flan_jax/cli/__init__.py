"""The commands: each parses flags, reads gin, calls the library and prints."""
