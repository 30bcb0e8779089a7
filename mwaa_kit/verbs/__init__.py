"""The verbs: what the kit does, each told in order. The command line, the magics and Python all call these."""
