"""mwaa-kit: a Dag development kit for Amazon MWAA that lives in Jupyter notebooks."""
