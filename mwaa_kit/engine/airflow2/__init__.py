"""The engine for Airflow 2: one task instance at a time, by Airflow's own models over a private database in memory.

Notes
-----
Airflow 2 has no runner apart from its models: ``TaskInstance._run_raw_task`` reads and writes the metadata database. It gets
one that lives in this process's memory and holds what this one task needs: its run, itself, and, fetched from the run's
state when Airflow asks for them, the XComs and states of others. What it writes that others shall see goes to the run's
state at once. So the scheduler is the same as for Airflow 3, a task can be forked without a shared database, and nothing
of the user's own database is ever touched.

The other cut, Airflow's own ``DagRun.update_state`` for the decisions too, would need every task to run in the process that
holds the database, or its rows to be sent back and forth; and the trigger rules are held against Airflow's own anyway.
"""
