"""The engine for Airflow 3: Dags are read and tasks are run through the Task SDK, without a database or a server."""
