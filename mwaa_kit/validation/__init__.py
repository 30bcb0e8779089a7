"""Checks: what would go wrong on Amazon MWAA, found before it does."""
