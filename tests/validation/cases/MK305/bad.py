from airflow.sdk import dag, task

import helpers


@dag(schedule=None)
def etl():
    @task
    def load():
        return helpers.one()

    load()


etl()
