"""The in-process scheduler: it says what is ready and why; an executor runs it; a store remembers it."""
