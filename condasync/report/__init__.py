"""What a reader gets to see: rows for programs, tables for people."""
