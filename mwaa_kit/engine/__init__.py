"""The only door to Airflow: what a Dag file says, and what one task of it does.

It must run in any target's interpreter, so it imports the standard library, the model and Airflow, and nothing else.
"""
