"""Targets: which Airflow and Python, and the environments that hold them."""
