"""The nouns of the kit: frozen data classes, standard library only."""
